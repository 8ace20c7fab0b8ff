// One file, two homes: MlAva.Networks compiles ElfVersionNeed into itself (run-time mend, for notebooks and file-based apps that
// load libraries from the package cache), and TorchNative.targets compiles the whole file as an MSBuild task (build-time mend of
// the output copy). Keep it to C# 7.3 and .NET Standard 2.0.

using System;
using System.IO;
using System.Text;

#if !MLAVA_RUNTIME
/// <summary>MSBuild task: makes one version need of an ELF library weak, in place, without touching files that share its inode.</summary>
public class RelaxVersionNeed : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Library { get; set; }

    [Microsoft.Build.Framework.Required]
    public string Version { get; set; }

    public override bool Execute()
    {
        byte[] image = File.ReadAllBytes(Library);
        if (!MlAva.Networks.ElfVersionNeed.Relax(image, Version)) return true;
        // The output file may be a hard link into the package cache: write a new file and move it into place, never write through the link.
        DateTime modified = File.GetLastWriteTimeUtc(Library);
        string temporary = Library + ".relaxed";
        File.WriteAllBytes(temporary, image);
        File.SetLastWriteTimeUtc(temporary, modified); // an unchanged time keeps incremental builds from copying the original back
        File.Delete(Library);
        File.Move(temporary, Library);
        return true;
    }
}
#endif

namespace MlAva.Networks
{
    /// <summary>
    /// Marks a symbol-version need of a shared library as weak (<c>VER_FLG_WEAK</c> in <c>.gnu.version_r</c>), so that the dynamic loader
    /// accepts a system library without that version. Safe only when no relocation refers to a symbol of the version, as in TorchSharp's
    /// <c>libLibTorchSharp.so</c> and <c>GLIBCXX_3.4.32</c> (the marker <c>std::ios_base_library_init()</c>).
    /// </summary>
    internal static class ElfVersionNeed
    {
        const uint SectionOfVersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
        const ushort Weak = 2; // VER_FLG_WEAK

        /// <summary>Changes <paramref name="image"/> (a 64-bit little-endian ELF file); false when there is nothing to change.</summary>
        internal static bool Relax(byte[] image, string version)
        {
            if (image.Length < 64 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F' || image[4] != 2 || image[5] != 1) return false;
            int sections = (int)BitConverter.ToUInt64(image, 0x28);
            int sectionSize = BitConverter.ToUInt16(image, 0x3A);
            int sectionCount = BitConverter.ToUInt16(image, 0x3C);
            bool changed = false;
            for (int i = 0; i < sectionCount; i++)
            {
                int section = sections + i * sectionSize;
                if (BitConverter.ToUInt32(image, section + 4) != SectionOfVersionNeeds) continue;
                int strings = sections + (int)BitConverter.ToUInt32(image, section + 0x28) * sectionSize;
                changed |= RelaxSection(image, (int)BitConverter.ToUInt64(image, section + 0x18), (int)BitConverter.ToUInt64(image, strings + 0x18), version);
            }
            return changed;
        }

        // Elf64_Verneed: version, count, file, aux, next. Elf64_Vernaux: hash, flags, other, name, next.
        static bool RelaxSection(byte[] image, int need, int strings, string version)
        {
            bool changed = false;
            while (true)
            {
                int aux = need + (int)BitConverter.ToUInt32(image, need + 8);
                for (int count = BitConverter.ToUInt16(image, need + 2); count > 0; count--)
                {
                    int name = strings + (int)BitConverter.ToUInt32(image, aux + 8);
                    int length = Array.IndexOf(image, (byte)0, name) - name;
                    if (Encoding.ASCII.GetString(image, name, length) == version && BitConverter.ToUInt16(image, aux + 4) != Weak)
                    {
                        image[aux + 4] = (byte)Weak;
                        image[aux + 5] = 0;
                        changed = true;
                    }
                    aux += (int)BitConverter.ToUInt32(image, aux + 12);
                }
                uint next = BitConverter.ToUInt32(image, need + 12);
                if (next == 0) return changed;
                need += (int)next;
            }
        }
    }
}
