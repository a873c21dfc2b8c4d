using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DbVc.PipelineRuntime;

/// <content>Where records and fields begin and end.</content>
public sealed partial class CsvReader
{
    private const int NeedMore = -1;
    private const int Quoted = -2;
    private const int None = -1;
    private const int CutBytes = 64 * 1024;

    private readonly byte _delimiter;

    // Marks that are not given are None, which no byte equals.
    private readonly int _quote;
    private readonly int _escape;
    private readonly int _comment;

    private byte[] _unquoted = [];
    private int _unquotedLength;

    // Field boundaries; a start below zero points (complemented) into _unquoted.
    private int[] _starts = new int[64];
    private int[] _ends = new int[64];
    private int _expected = int.MaxValue;
    private int _recordStart;
    private int _recordEnd;
    private bool _suspicious;
    private bool _hasQuotes;
    private string? _quoteProblem;

    /// <summary>The beginning of a record that is too long.</summary>
    private byte[]? _cut;

    /// <summary>The end of the text that a broken quote laid claim to; lines before it are looked at more closely.</summary>
    private int _brokenUntil;

    private int Split()
    {
        while (true)
        {
            _recordStart = _position;
            (_suspicious, _hasQuotes, _quoteProblem) = (false, false, null);
            var end = _escape == None && _recordStart >= _brokenUntil ? SplitPlain() : Quoted;
            if (end == Quoted) end = SplitQuoted();
            var isLong = (end < 0 ? _end : end) - _recordStart > _options.MaxRecordBytes;
            if (isLong || (end >= 0 && _quoteProblem is not null)) return Recover(end, isLong);
            if (end >= 0) return end;
            Fill();
        }
    }

    /// <summary>
    /// A record whose quotes do not match ends with its first line, so that one open quote does not swallow the records after it. A line that
    /// is too long itself is passed over.
    /// </summary>
    private int Recover(int end, bool isLong)
    {
        var known = _buffer.AsSpan(_recordStart, (end < 0 ? _end : end) - _recordStart);
        var lineEnd = known.IndexOfAny((byte)'\n', (byte)'\r');
        if (lineEnd < 0 && !isLong) return end;
        FieldCount = 0;
        if (lineEnd < 0 || lineEnd > _options.MaxRecordBytes)
        {
            _cut = known[..Math.Min(known.Length, CutBytes)].ToArray();
            Problem = new RecordProblem("too_long", $"The record is longer than {_options.MaxRecordBytes} bytes.");
            _position = _recordStart + (lineEnd < 0 ? known.Length : lineEnd);
            SkipLine();
            return _position;
        }

        _quoteProblem ??= $"a quote is opened and not closed within {_options.MaxRecordBytes} bytes";
        _brokenUntil = Math.Max(_brokenUntil, _recordStart + Math.Min(known.Length, _options.MaxRecordBytes));
        return _recordStart + lineEnd;
    }

    /// <summary>Splits a record without quotes, 32 bytes at a time; returns its end, <see cref="NeedMore"/> or <see cref="Quoted"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SplitPlain()
    {
        ref var origin = ref MemoryMarshal.GetArrayDataReference(_buffer);
        var quote = _quote;
        var delimiters = Vector256.Create(_delimiter);
        var quotes = Vector256.Create(quote == None ? (byte)'\n' : (byte)quote);
        var highest = Vector256<byte>.Zero;
        int[] starts = _starts, ends = _ends;
        int fieldStart = _recordStart, count = 0;
        for (var block = fieldStart; block < _end; block += Vector256<byte>.Count)
        {
            var bytes = Vector256.LoadUnsafe(ref origin, (nuint)block);
            highest |= bytes;
            var special = Vector256.Equals(bytes, delimiters) | Vector256.Equals(bytes, Vector256.Create((byte)'\n'))
                | Vector256.Equals(bytes, Vector256.Create((byte)'\r')) | Vector256.Equals(bytes, quotes)
                | Vector256.Equals(bytes, Vector256<byte>.Zero);
            var mask = special.ExtractMostSignificantBits();
            while (mask != 0)
            {
                var at = block + BitOperations.TrailingZeroCount(mask);
                if (at >= _end) return NeedMore;
                mask &= mask - 1;
                var value = Unsafe.Add(ref origin, at);
                if (value == 0)
                {
                    _suspicious = true;
                    continue;
                }

                if (value == quote)
                {
                    if (at == fieldStart) return Quoted;
                    continue;
                }

                if (count >= starts.Length && count < _expected) GrowFields(ref starts, ref ends);
                if ((uint)count < (uint)starts.Length) (starts[count], ends[count]) = (fieldStart, at);
                count++;
                fieldStart = at + 1;
                if (value == _delimiter) continue;
                if (value == '\r' && at + 1 >= _end && !_ended) return NeedMore;
                FieldCount = count;
                _suspicious |= highest.ExtractMostSignificantBits() != 0;
                return at;
            }
        }

        return NeedMore;
    }

    /// <summary>Splits a record that holds quoted fields or escapes; returns its end or <see cref="NeedMore"/>.</summary>
    private int SplitQuoted()
    {
        (_suspicious, _hasQuotes) = (true, true);
        _unquotedLength = 0;
        var count = 0;
        var position = _recordStart;
        while (true)
        {
            var start = position;
            var end = _buffer[position] == _quote ? ReadQuotedField(ref start, ref position) : ReadBareField(ref start, ref position);
            if (end == NeedMore) return NeedMore;
            if (count >= _starts.Length && count < _expected) GrowFields(ref _starts, ref _ends);
            if (count < _starts.Length) (_starts[count], _ends[count]) = (start, end);
            count++;
            if (position < _end && _buffer[position] == _delimiter)
            {
                position++;
                if (position >= _end && !_ended) return NeedMore;
                continue;
            }

            if (position + 1 >= _end && !_ended) return NeedMore;
            FieldCount = count;
            return position;
        }
    }

    /// <summary>Reads a field that is not quoted; returns its end, moved past. <paramref name="start"/> is complemented when it was copied.</summary>
    private int ReadBareField(ref int start, ref int position)
    {
        var copiedFrom = _unquotedLength;
        var segment = position;
        var from = position;
        while (true)
        {
            var found = FindFieldEnd(from, escapes: _escape != None);
            if (found == NeedMore) return NeedMore;
            if (found < _end && _buffer[found] == _escape)
            {
                if (found + 1 >= _end && !_ended) return NeedMore;
                from = found + 1;
                if (from >= _end || !IsMark(_buffer[from])) continue;
                CopyUnquoted(_buffer.AsSpan(segment, found - segment));
                segment = from++;
                start = ~copiedFrom;
                continue;
            }

            if (_recordStart < _brokenUntil && _quote != None && _buffer.AsSpan(position, found - position).Contains((byte)_quote))
            {
                _quoteProblem ??= "a quote stands inside a field, after a line whose quote is not closed";
            }

            position = found;
            if (start >= 0) return found;
            CopyUnquoted(_buffer.AsSpan(segment, found - segment));
            return _unquotedLength - copiedFrom;
        }
    }

    /// <summary>
    /// Reads one quoted field. On success <paramref name="position"/> is past the closing quote and what wrongly follows it, and the boundaries
    /// are returned; when more bytes are needed nothing moves.
    /// </summary>
    private int ReadQuotedField(ref int start, ref int position)
    {
        var segment = position + 1;
        var (from, copiedFrom) = (segment, _unquotedLength);
        var copied = false;
        int at;
        while (true)
        {
            at = FindQuote(from);
            if (at < 0 || (at + 1 >= _end && !_ended))
            {
                if (!_ended) return NeedMore;
                _quoteProblem = "a quote is opened and never closed";
                at = position = _addedLineEnd ? _end - 1 : _end;
                break;
            }

            var next = at + 1 < _end ? _buffer[at + 1] : (byte)0;
            if (_buffer[at] == _escape && !IsMark(next))
            {
                from = at + 1;
                continue;
            }

            if (_buffer[at] == _quote && next != _quote)
            {
                var rest = FindFieldEnd(at + 1, escapes: false);
                if (rest == NeedMore) return NeedMore;
                if (_buffer.AsSpan(at + 1, rest - at - 1).ContainsAnyExcept((byte)' ', (byte)'\t')) _quoteProblem ??= "text follows a closing quote";
                position = rest;
                break;
            }

            CopyUnquoted(_buffer.AsSpan(segment, at - segment));
            copied = true;
            segment = at + 1;
            from = at + 2;
        }

        if (!copied)
        {
            start = segment;
            return at;
        }

        CopyUnquoted(_buffer.AsSpan(segment, at - segment));
        start = ~copiedFrom;
        return _unquotedLength - copiedFrom;
    }

    private bool IsMark(byte value) => value == _delimiter || value == _quote || value == _escape || value is (byte)'\n' or (byte)'\r';

    /// <summary>The next delimiter, line end or escape; the end of the source ends a field too.</summary>
    private int FindFieldEnd(int from, bool escapes)
    {
        var rest = _buffer.AsSpan(from, _end - from);
        var found = escapes ? rest.IndexOfAny([_delimiter, (byte)'\n', (byte)'\r', (byte)_escape])
            : rest.IndexOfAny(_delimiter, (byte)'\n', (byte)'\r');
        if (found >= 0) return from + found;
        return _ended ? _end : NeedMore;
    }

    private int FindQuote(int from)
    {
        if (from >= _end) return -1;
        var rest = _buffer.AsSpan(from, _end - from);
        var found = _escape == None ? rest.IndexOf((byte)_quote) : rest.IndexOfAny((byte)_quote, (byte)_escape);
        return found < 0 ? -1 : from + found;
    }

    private void CopyUnquoted(ReadOnlySpan<byte> bytes)
    {
        if (_unquoted.Length < _unquotedLength + bytes.Length)
        {
            Array.Resize(ref _unquoted, Math.Max(4096, (_unquotedLength + bytes.Length) * 2));
        }

        bytes.CopyTo(_unquoted.AsSpan(_unquotedLength));
        _unquotedLength += bytes.Length;
    }

    private void GrowFields(ref int[] starts, ref int[] ends)
    {
        if (starts.Length > MaxColumns) throw new PipelineException("source.columns", $"The header has more than {MaxColumns} columns.");
        Array.Resize(ref starts, starts.Length * 2);
        Array.Resize(ref ends, ends.Length * 2);
        (_starts, _ends) = (starts, ends);
    }
}
