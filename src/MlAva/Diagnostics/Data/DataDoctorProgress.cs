namespace MlAva.Diagnostics;

/// <summary>How far an examination is.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Rows">Rows of the current file read so far; 0 where no file is being read.</param>
public readonly record struct DataDoctorProgress(string Step, long Rows);
