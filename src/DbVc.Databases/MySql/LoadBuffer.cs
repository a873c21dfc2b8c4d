using System.Buffers.Text;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Rows in the form that LOAD DATA reads: fields end with a tab, rows with a line feed, a backslash escapes, <c>\N</c> is NULL.</summary>
internal sealed class MySqlLoadBuffer(int width)
{
    private static readonly System.Buffers.SearchValues<byte> Special = System.Buffers.SearchValues.Create("\0\t\n\\"u8);

    private readonly List<int> _ends = [];
    private readonly byte[]?[] _later = new byte[]?[width];
    private byte[] _bytes = new byte[1 << 16];
    private int _length;
    private int _next;

    public int Length => _length;

    public int RowCount => _ends.Count;

    public void SetNull(int column) => Put(column, "\\N"u8, isRaw: true);

    public void SetInteger(int column, long value)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out var length);
        Put(column, text[..length], isRaw: true);
    }

    public void SetReal(int column, double value)
    {
        Span<byte> text = stackalloc byte[32];
        Utf8Formatter.TryFormat(value, text, out var length);
        Put(column, text[..length], isRaw: true);
    }

    public void SetBytes(int column, ReadOnlySpan<byte> bytes) => Put(column, bytes, isRaw: false);

    public void EndRow()
    {
        while (_next < width) Append(_later[_next] ?? "\\N"u8.ToArray(), isRaw: true);
        Array.Clear(_later);
        _next = 0;
        _bytes[_length - 1] = (byte)'\n';
        _ends.Add(_length);
    }

    public Stream Open(int from, int to)
    {
        var start = from == 0 ? 0 : _ends[from - 1];
        return new MemoryStream(_bytes, start, _ends[to - 1] - start, writable: false);
    }

    /// <summary>All rows; the next go into another array, a new one if need be.</summary>
    public ArraySegment<byte> Take(byte[]? next)
    {
        var rows = new ArraySegment<byte>(_bytes, 0, _length);
        _bytes = next ?? GC.AllocateUninitializedArray<byte>(_bytes.Length);
        Clear();
        return rows;
    }

    public void Clear()
    {
        _length = 0;
        _ends.Clear();
    }

    /// <summary>Columns mostly come in order; one that comes early waits.</summary>
    private void Put(int column, ReadOnlySpan<byte> bytes, bool isRaw)
    {
        if (column < _next) throw new InvalidOperationException("A column of a row is set twice.");
        if (column > _next)
        {
            var (length, next) = (_length, _next);
            Append(bytes, isRaw);
            _later[column] = _bytes[length..(_length - 1)];
            (_length, _next) = (length, next);
            return;
        }

        Append(bytes, isRaw);
        while (_next < width && _later[_next] is { } waiting) Append(waiting, isRaw: true);
    }

    private void Append(ReadOnlySpan<byte> bytes, bool isRaw)
    {
        var needed = (long)_length + (2L * bytes.Length) + 1;
        if (needed > _bytes.Length) Array.Resize(ref _bytes, checked((int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _bytes.Length))));
        if (isRaw || bytes.IndexOfAny(Special) < 0)
        {
            bytes.CopyTo(_bytes.AsSpan(_length));
            _length += bytes.Length;
        }
        else
        {
            Escape(bytes);
        }

        _bytes[_length++] = (byte)'\t';
        _next++;
    }

    private void Escape(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b is 0 or (byte)'\t' or (byte)'\n' or (byte)'\\')
            {
                _bytes[_length++] = (byte)'\\';
                _bytes[_length++] = b switch { 0 => (byte)'0', (byte)'\t' => (byte)'t', (byte)'\n' => (byte)'n', _ => b };
            }
            else
            {
                _bytes[_length++] = b;
            }
        }
    }
}

/// <summary>The LOAD DATA statement of a table.</summary>
internal static class MySqlLoadSql
{
    /// <param name="handle">For the columns' character sets.</param>
    /// <param name="table">The table that the rows are for.</param>
    /// <param name="target">The table that they go into: this one, or one with the same columns.</param>
    public static string Create(MySqlHandle handle, TableSchema table, string target)
    {
        var sets = MySqlObjects.List(handle, "SELECT column_name, coalesce(character_set_name, ''), extra FROM information_schema.columns "
            + $"WHERE table_schema = database() AND table_name = {MySqlName.Text(table.Name)}")
                .ToDictionary(r => r[0], r => (CharacterSet: r[1], Extra: r[2]), StringComparer.OrdinalIgnoreCase);
        var columns = table.StoredColumns.Select(c => (c.Name, Set: sets.GetValueOrDefault(c.Name).CharacterSet, sets.GetValueOrDefault(c.Name).Extra))
            .ToList();
        var isAnyConverted = columns.Exists(c => !IsTaken(c.Set));
        var (targets, converted) = (new List<string>(), new List<string>());
        foreach (var (column, set, extra) in columns)
        {
            // Where anything is set, the server forgets that a generated key was given, and takes 0 for none: so it is set as well.
            var isKey = isAnyConverted && extra?.Contains("auto_increment", StringComparison.OrdinalIgnoreCase) == true;
            if (IsTaken(set) && !isKey)
            {
                targets.Add(MySqlName.Quote(column));
                continue;
            }

            var variable = "@dbvc_" + targets.Count;
            targets.Add(variable);
            converted.Add($"{MySqlName.Quote(column)} = " + (isKey ? variable : $"CONVERT({variable} USING utf8mb4)"));
        }

        var sql = new StringBuilder($@"LOAD DATA LOCAL INFILE 'dbvc' INTO TABLE {MySqlName.Quote(target)} CHARACTER SET binary ")
            .Append(@"FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' (").AppendJoin(", ", targets).Append(')');
        if (converted.Count > 0) sql.Append(" SET ").AppendJoin(", ", converted);
        return sql.ToString();
    }

    /// <summary>Bytes are taken as they come; what we send is UTF-8, so a column of another character set has to convert it.</summary>
    private static bool IsTaken(string? characterSet) => characterSet is null or "" or "utf8mb4" or "utf8mb3";
}
