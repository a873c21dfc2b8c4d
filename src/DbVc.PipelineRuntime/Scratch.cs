namespace DbVc.PipelineRuntime;

/// <summary>Memory for the results of operations that do not fit in place; reset per record, so that no row allocates.</summary>
public sealed class Scratch
{
    private byte[] _bytes = new byte[4096];
    private int _used;

    /// <summary>Gives all memory back; spans taken before must not be used any more.</summary>
    public void Reset() => _used = 0;

    /// <summary>Takes <paramref name="size"/> bytes; earlier spans stay valid until <see cref="Reset"/>.</summary>
    public Span<byte> Take(int size)
    {
        if (_bytes.Length - _used < size)
        {
            // Earlier spans keep the old array alive.
            _bytes = new byte[Math.Max(_bytes.Length * 2, size)];
            _used = 0;
        }

        var span = _bytes.AsSpan(_used, size);
        _used += size;
        return span;
    }
}
