namespace DbVc.PipelineRuntime;

/// <summary>Hands the text of a source on but for its end: the last lines, or all from the first line on that starts with a given text.</summary>
internal sealed class FooterTrimmer(SourceDecoder source, int rows, string? start)
{
    private const int Piece = 64 * 1024;
    private const int Largest = 16 * 1024 * 1024;

    private readonly byte[] _start = System.Text.Encoding.UTF8.GetBytes(start ?? "");
    private byte[] _held = new byte[Piece * 2];
    private int _length;
    private int _releasable;
    private int _released;
    private bool _ended;
    private bool _lineStart = true;

    /// <summary>Fills a part of <paramref name="destination"/>; 0 only at the end.</summary>
    public int Read(Span<byte> destination)
    {
        while (_released == _releasable)
        {
            if (_ended) return 0;
            Hold();
        }

        var count = Math.Min(destination.Length, _releasable - _released);
        _held.AsSpan(_released, count).CopyTo(destination);
        _lineStart = _held[_released + count - 1] is (byte)'\n' or (byte)'\r';
        _released += count;
        return count;
    }

    private void Hold()
    {
        _held.AsSpan(_released, _length - _released).CopyTo(_held);
        _length -= _released;
        _released = 0;
        if (_held.Length - _length < Piece)
        {
            if (_length > Largest) throw new PipelineException("source.footer", $"The footer of {rows} lines takes more than {Largest} bytes.");
            Array.Resize(ref _held, _held.Length * 2);
        }

        var count = source.Read(_held.AsSpan(_length, Piece));
        _length += count;
        _ended = count == 0;
        _releasable = _start.Length > 0 ? FindStart() : FindLastLines();
    }

    /// <summary>The place of the line that begins the footer; without one, what can no longer be a part of it.</summary>
    private int FindStart()
    {
        var from = 0;
        while (true)
        {
            var at = _held.AsSpan(from, _length - from).IndexOf(_start);
            if (at < 0) return _ended ? _length : Math.Max(0, _length - _start.Length + 1);
            at += from;
            if (at == 0 ? _lineStart : _held[at - 1] is (byte)'\n' or (byte)'\r')
            {
                _ended = true;
                return at;
            }

            from = at + 1;
        }
    }

    /// <summary>The start of the last lines that are not blank; if the source ended here, they would be the footer.</summary>
    private int FindLastLines()
    {
        var left = rows;
        var end = _length;
        while (true)
        {
            var start = _held.AsSpan(0, end).LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
            if (_held.AsSpan(start, end - start).ContainsAnyExcept((byte)' ', (byte)'\t')) left--;
            if (left == 0) return start;
            if (start == 0) return 0;
            end = start - 1;
        }
    }
}
