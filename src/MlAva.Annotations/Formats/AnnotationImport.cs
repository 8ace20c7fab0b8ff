namespace MlAva.Annotations.Formats;

/// <summary>Reads annotations of other tools as AVA's: keyframes at whole steps of time, boxes as shares of the frame, clipped to it.</summary>
public static class AnnotationImport
{
    /// <summary>Reads files.</summary>
    /// <param name="format">Whose files they are.</param>
    /// <param name="paths">The files; those of one video each are joined.</param>
    /// <param name="options">Rate, keyframes, classes; null for the defaults.</param>
    /// <param name="cancellation">Stops between files.</param>
    /// <exception cref="AnnotationFormatException">
    /// A file or one of its elements cannot be used; with file, line or element, what was found and expected, and the mend. With
    /// <see cref="OnError.Skip"/> only what spoils a whole file is thrown, the rest counted in <see cref="ImportedSet.Report"/>.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range, there are no files, or they name no action.</exception>
    public static ImportedSet Read(AnnotationFormat format, IReadOnlyList<string> paths, ImportOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0) throw new ArgumentException("No file is given; expected at least one.", nameof(paths));
        options ??= new();
        options.Validate();
        ImportBuilder builder = new(options);
        if (format == AnnotationFormat.SlowFast) new SlowFastReader(paths, builder).Read();
        else
        {
            foreach (string path in paths)
            {
                cancellation.ThrowIfCancellationRequested();
                switch (format)
                {
                    case AnnotationFormat.Cvat:
                        new CvatReader(path, builder).Read();
                        break;
                    case AnnotationFormat.Via:
                        new ViaReader(path, builder).Read();
                        break;
                    default:
                        new CocoReader(path, builder).Read();
                        break;
                }
            }
        }
        cancellation.ThrowIfCancellationRequested();
        return builder.Build();
    }
}
