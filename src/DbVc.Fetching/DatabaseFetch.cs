using System.Globalization;
using System.Text;
using DbVc.Databases;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>Reads another database by one statement that can only read: what comes is one view of it.</summary>
internal sealed class DatabaseFetch(DatabaseSpec spec, FetchOptions options) : IFetchedSource
{
    private const int ProgressRows = 10_000;

    public void Fetch(FetchJournal into, CancellationToken cancel)
    {
        // Another view would not fit to the beginning of this one.
        into.Reset();
        using var database = Open(out var provider);
        using var result = database.Query(Sql(provider), new QueryLimits(long.MaxValue, TimeSpan.FromSeconds(spec.Limits.Seconds)));
        var columns = Names(result);
        into.Add(Rows(result, columns, into, cancel), "", null, null);
    }

    public IReadOnlyList<string> ListTables()
    {
        using var database = Open(out _);
        using var read = database.BeginRead();
        var schema = read.ReadSchema();
        var views = schema.Objects.Where(o => o.Kind == SchemaObjectKind.View).Select(o => o.Name);
        return [.. schema.Tables.Select(t => t.Name).Concat(views).Order(StringComparer.Ordinal)];
    }

    private IDatabase Open(out IDatabaseProvider provider)
    {
        var location = Locate();
        provider = DatabaseEngines.For(location, new ProviderOptions(Path.GetTempPath(), TimeSpan.FromSeconds(10)));
        return provider.Open(location);
    }

    private string Locate()
    {
        if (DatabaseEngines.EngineOf(spec.Location) == DatabaseEngines.Sqlite)
        {
            var paths = options.Folders.Select(folder => Path.GetFullPath(spec.Location, folder)).ToList();
            var path = paths.Find(File.Exists) ?? paths[0];

            // Opened once for what it is: a pipe would never answer.
            SourceFile.Open(path).Dispose();
            return path;
        }

        return DatabaseEngines.Normalize(spec.Location, options.Folders[0]);
    }

    private string Sql(IDatabaseProvider provider) => options.Sample is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"SELECT * FROM (\n{AllSql(provider)}\n) AS db_vc_sample LIMIT {most + 1}")
        : AllSql(provider);

    private string AllSql(IDatabaseProvider provider)
    {
        var from = spec.Increment is null ? null : options.Since?.Value ?? spec.Increment.Initial;
        var table = spec.Table is { } name ? provider.Scripts.Quote(name) : null;
        if (from is null) return table is null ? Query : $"SELECT * FROM {table}";

        // A comment at the end of the query must not take the bracket along.
        table ??= $"(\n{Query}\n) AS db_vc_source";
        var literal = from.StartsWith('"') ? provider.Scripts.Literal(Value.Text(ApiAnswer.Unquote(from))) : from;
        return $"SELECT * FROM {table} WHERE {InOrder(Column(provider.Engine), from, provider.Engine)} >= {literal}";
    }

    private string Query => spec.Query!.Trim().TrimEnd(';');

    /// <summary>Texts byte for byte, as cursors are compared, whatever the column's collation says.</summary>
    private static string InOrder(string column, string from, string engine) => !CursorOrder.IsPlainText(from) || engine == DatabaseEngines.Sqlite ? column
        : engine == DatabaseEngines.MySql ? $"CAST({column} AS BINARY)" : $"({column})::text COLLATE \"C\"";

    private string Column(string engine)
    {
        var name = JsonPath.TryParse(spec.Increment!.Cursor, out var steps) && steps is [string only] ? only : spec.Increment.Cursor;
        var mark = engine == DatabaseEngines.MySql ? "`" : "\"";
        return mark + name.Replace(mark, mark + mark, StringComparison.Ordinal) + mark;
    }

    private byte[][] Names(IQueryResult result)
    {
        var twice = result.Columns.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is null) return [.. result.Columns.Select(c => Encoding.UTF8.GetBytes(ApiAnswer.Quote(c.Name)))];
        throw FetchFailure.Failed("fetch.columns", $"The query gives two columns '{twice.Key}'.", spec.Location, "Name them with AS.");
    }

    private IEnumerable<ReadOnlyMemory<byte>> Rows(IQueryResult result, byte[][] columns, FetchJournal journal, CancellationToken cancel)
    {
        long bytes = 0, rows = 0;
        foreach (var row in result.Rows)
        {
            cancel.ThrowIfCancellationRequested();
            var record = RowJson.Write(columns, row);
            bytes += record.Length + 1;
            if (bytes > (long)spec.Limits.Megabytes << 20)
            {
                throw FetchFailure.Refused("fetch.limit", $"The database gives more than {spec.Limits.Megabytes} MiB.", spec.Location,
                    "If that is right, raise \"megabytes\" of \"limits\" in the metadata.");
            }

            if (++rows % ProgressRows == 0) options.Progress?.Invoke(0, rows);
            yield return record;
        }
    }
}

/// <summary>Writes a row as one JSON object: numbers by their own digits, bytes as base64, text by its own bytes: what is no text is noticed later.</summary>
internal static class RowJson
{
    public static ReadOnlyMemory<byte> Write(byte[][] columns, Value[] row)
    {
        using var record = new MemoryStream();
        record.WriteByte((byte)'{');
        for (var i = 0; i < columns.Length; i++)
        {
            if (i > 0) record.WriteByte((byte)',');
            record.Write(columns[i]);
            record.WriteByte((byte)':');
            Write(record, row[i]);
        }

        record.WriteByte((byte)'}');
        return record.ToArray();
    }

    private static void Write(MemoryStream record, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
                record.Write("null"u8);
                break;
            case ValueKind.Integer:
                record.Write(Encoding.ASCII.GetBytes(value.AsInteger.ToString(CultureInfo.InvariantCulture)));
                break;
            case ValueKind.Real when double.IsFinite(value.AsReal):
                record.Write(Encoding.ASCII.GetBytes(value.AsReal.ToString("R", CultureInfo.InvariantCulture)));
                break;
            case ValueKind.Real:
                WriteText(record, Encoding.ASCII.GetBytes(value.AsReal.ToString(CultureInfo.InvariantCulture)));
                break;
            case ValueKind.Blob:
                WriteText(record, Encoding.ASCII.GetBytes(Convert.ToBase64String(value.AsBytes.Span)));
                break;
            default:
                WriteText(record, value.AsBytes.Span);
                break;
        }
    }

    private static void WriteText(MemoryStream record, ReadOnlySpan<byte> text)
    {
        record.WriteByte((byte)'"');
        foreach (var b in text)
        {
            if (b is (byte)'"' or (byte)'\\') record.Write([(byte)'\\', b]);
            else if (b < 0x20) record.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)b:x4}")));
            else record.WriteByte(b);
        }

        record.WriteByte((byte)'"');
    }
}
