using System.Buffers;

namespace MlAva.Video;

/// <summary>Clips from pictures that lie one by one somewhere: reads each, decodes it into its place, and names it where it is broken. Thread-safe as its source is.</summary>
/// <param name="decoder">What decodes.</param>
/// <param name="source">Gives a picture's bytes, in the buffer or elsewhere; exchanges the buffer for a longer one where it needs one.</param>
/// <param name="name">A picture's place, for messages.</param>
sealed class PictureReader(IFrameDecoder decoder, PictureReader.Source source, Func<int, string> name)
{
    /// <summary>Gives a picture's bytes.</summary>
    public delegate ReadOnlySpan<byte> Source(int index, ref byte[] buffer);

    /// <summary>Decodes pictures into a clip; one that repeats is decoded once.</summary>
    public VideoClip Read(ReadOnlySpan<int> indices, byte[]? buffer, CancellationToken cancellationToken)
    {
        FrameStore.CheckIndices(indices);
        cancellationToken.ThrowIfCancellationRequested();
        VideoClip? clip = null;
        byte[] file = [];
        int current = 0;
        try
        {
            for (int i = 0; i < indices.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                current = indices[i];
                int earlier = indices[..i].IndexOf(current);
                if (earlier >= 0)
                {
                    clip!.Frame(earlier).CopyTo(clip.Frame(i));
                    continue;
                }

                ReadOnlySpan<byte> bytes = source(current, ref file);
                clip ??= FrameStore.NewClip(indices.Length, decoder.ReadSize(bytes, ""), buffer);
                decoder.Decode(bytes, clip.Size, clip.Frame(i), "", null);
            }
        }
        catch (FrameDecodeException broken)
        {
            throw Named(broken, current);
        }
        finally
        {
            if (file.Length > 0) ArrayPool<byte>.Shared.Return(file);
        }

        return clip!;
    }

    /// <summary>A picture's size, from its header.</summary>
    public FrameSize ReadSize(int index)
    {
        byte[] file = [];
        try
        {
            return decoder.ReadSize(source(index, ref file), "");
        }
        catch (FrameDecodeException broken)
        {
            throw Named(broken, index);
        }
        finally
        {
            if (file.Length > 0) ArrayPool<byte>.Shared.Return(file);
        }
    }

    // The name is put together here and not for every sound picture.
    FrameDecodeException Named(FrameDecodeException error, int index) => new(name(index), null, error.Found, error.Expected, error.Mend, error);
}
