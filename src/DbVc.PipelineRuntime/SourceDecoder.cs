using System.Buffers.Binary;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Hands the bytes of a source over as UTF-8. What has no meaning in the source's encoding comes out as bytes that are
/// not UTF-8, so that the reader rejects the record instead of storing a replacement character.
/// </summary>
internal sealed class SourceDecoder
{
    private const int RawSize = 64 * 1024;
    private const int CharactersAtOnce = 8 * 1024;
    private const char NoCharacter = '\uFFFF';

    private readonly Stream _source;
    private readonly byte[] _raw = new byte[RawSize];
    private readonly string _encoding;
    private readonly char[]? _table;
    private readonly Decoder? _decoder;
    private readonly char[] _characters = [];
    private int _rawStart;
    private int _rawEnd;
    private bool _ended;
    private bool _flushed;

    public SourceDecoder(Stream source, string encoding)
    {
        _source = source;
        while (_rawEnd < RawSize && !_ended) FillRaw();
        var start = _raw.AsSpan(0, _rawEnd);
        _encoding = TextEncodings.Find(encoding)
            ?? throw new PipelineException("source.encoding",
                $"The encoding '{encoding}' is not supported; known are {string.Join(", ", TextEncodings.Names)}.");

        // A byte order mark says it more surely than any declaration.
        var (marked, length) = FindMark(start);
        _encoding = marked ?? _encoding;
        _rawStart = length;
        _table = TextEncodings.FindTable(_encoding);
        _decoder = TextEncodings.FindDecoder(_encoding);
        if (_decoder is not null) _characters = new char[CharactersAtOnce];
        SourceSniffer.RefuseBinary(_raw.AsSpan(_rawStart, _rawEnd - _rawStart), _encoding);
    }

    /// <summary>Fills a part of <paramref name="destination"/> (at least 16 bytes); 0 only at the end of the source.</summary>
    public int Read(Span<byte> destination)
    {
        if (_encoding == "utf-8") return ReadPlain(destination);
        while (true)
        {
            if (_rawEnd - _rawStart < 4 && !_ended) FillRaw();
            var last = _rawStart == _rawEnd;
            // A decoder may hold half a character when its source ends.
            if (last && (_decoder is null || _flushed)) return 0;
            var written = _table is not null ? ReadSingleByte(destination) : _decoder is not null ? ReadDecoded(destination) : ReadUtf16(destination);
            if (written > 0 || last) return written;
        }
    }

    private static (string? Encoding, int Length) FindMark(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return ("utf-8", 3);
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return ("utf-16le", 2);
        return start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? ("utf-16be", 2) : (null, 0);
    }

    private int ReadPlain(Span<byte> destination)
    {
        if (_rawStart == _rawEnd) return _ended ? 0 : _source.Read(destination);
        var count = Math.Min(destination.Length, _rawEnd - _rawStart);
        _raw.AsSpan(_rawStart, count).CopyTo(destination);
        _rawStart += count;
        return count;
    }

    private void FillRaw()
    {
        if (_rawStart > 0)
        {
            _raw.AsSpan(_rawStart, _rawEnd - _rawStart).CopyTo(_raw);
            _rawEnd -= _rawStart;
            _rawStart = 0;
        }

        var count = _source.Read(_raw.AsSpan(_rawEnd));
        if (count == 0) _ended = true;
        _rawEnd += count;
    }

    private int ReadSingleByte(Span<byte> destination)
    {
        var written = 0;
        while (_rawStart < _rawEnd && written + 3 <= destination.Length)
        {
            var value = _raw[_rawStart++];
            if (value < 0x80)
            {
                destination[written++] = value;
                continue;
            }

            var code = _table![value];
            if (code == 0) destination[written++] = value;
            else written += WriteCodePoint(code, destination[written..]);
        }

        return written;
    }

    private int ReadDecoded(Span<byte> destination)
    {
        var room = Math.Min(_characters.Length, destination.Length / 3);
        _decoder!.Convert(_raw.AsSpan(_rawStart, _rawEnd - _rawStart), _characters.AsSpan(0, room), _ended, out var used, out var count, out var all);
        _flushed = _ended && all;
        _rawStart += used;
        var written = 0;
        for (var i = 0; i < count; i++)
        {
            var unit = _characters[i];
            if (char.IsHighSurrogate(unit) && i + 1 < count)
            {
                written += WriteCodePoint(char.ConvertToUtf32(unit, _characters[++i]), destination[written..]);
            }
            else if (unit == NoCharacter)
            {
                destination[written++] = 0xFF;
            }
            else
            {
                written += WriteCodePoint(unit, destination[written..]);
            }
        }

        return written;
    }

    private int ReadUtf16(Span<byte> destination)
    {
        var written = 0;
        while (written + 4 <= destination.Length)
        {
            var available = _rawEnd - _rawStart;
            if (available < 2)
            {
                // An odd byte at the very end is no character.
                if (available == 1 && _ended)
                {
                    destination[written++] = 0xFF;
                    _rawStart++;
                }

                break;
            }

            var unit = ReadUnit(_rawStart);
            if (char.IsHighSurrogate((char)unit) && available < 4 && !_ended) break;
            if (char.IsHighSurrogate((char)unit) && available >= 4 && char.IsLowSurrogate((char)ReadUnit(_rawStart + 2)))
            {
                var code = char.ConvertToUtf32((char)unit, (char)ReadUnit(_rawStart + 2));
                written += WriteCodePoint(code, destination[written..]);
                _rawStart += 4;
                continue;
            }

            // A lone surrogate becomes three bytes that are not UTF-8.
            written += WriteCodePoint(unit, destination[written..]);
            _rawStart += 2;
        }

        return written;
    }

    private ushort ReadUnit(int offset) => _encoding == "utf-16be"
        ? BinaryPrimitives.ReadUInt16BigEndian(_raw.AsSpan(offset))
        : BinaryPrimitives.ReadUInt16LittleEndian(_raw.AsSpan(offset));

    private static int WriteCodePoint(int code, Span<byte> destination)
    {
        switch (code)
        {
            case < 0x80:
                destination[0] = (byte)code;
                return 1;
            case < 0x800:
                destination[0] = (byte)(0xC0 | (code >> 6));
                destination[1] = (byte)(0x80 | (code & 0x3F));
                return 2;
            case < 0x10000:
                destination[0] = (byte)(0xE0 | (code >> 12));
                destination[1] = (byte)(0x80 | ((code >> 6) & 0x3F));
                destination[2] = (byte)(0x80 | (code & 0x3F));
                return 3;
            default:
                destination[0] = (byte)(0xF0 | (code >> 18));
                destination[1] = (byte)(0x80 | ((code >> 12) & 0x3F));
                destination[2] = (byte)(0x80 | ((code >> 6) & 0x3F));
                destination[3] = (byte)(0x80 | (code & 0x3F));
                return 4;
        }
    }
}
