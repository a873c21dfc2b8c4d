using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using DbVc.Databases;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>
/// The values that a purged row had, and where they are still written: files that no purge rewrites by itself (sources, quarantine, logs,
/// pipeline files), and documents. Only what is distinctive enough to be found is looked for.
/// </summary>
internal sealed partial class Traces
{
    private const int MinLength = 4;
    private const int BlockSize = 1 << 20;
    private static readonly string[] DatabaseEnds = ["-wal", "-shm", "-journal", ".pack", ".lease", ".lock"];

    private readonly Dictionary<string, (string Column, byte[][] Forms)> _values = new(StringComparer.Ordinal);

    public Traces(IEnumerable<(TableSchema Table, Value[] Row)> rows)
    {
        foreach (var (table, row) in rows)
        {
            Versions++;
            foreach (var (column, i) in table.StoredColumns.Select((c, i) => (c, i)))
            {
                if (row[i].Kind is not (ValueKind.Text or ValueKind.Blob) || row[i].AsBytes.Length < MinLength) continue;
                _values[Convert.ToHexString(row[i].AsBytes.Span)] = (column.Name, Forms(row[i].AsBytes.ToArray(), row[i].Kind == ValueKind.Text));
            }
        }
    }

    /// <summary>How many different tables held the row; at least as many as it had versions.</summary>
    public int Versions { get; }

    /// <summary>Files below the repository's folder and documents that hold one of the values, each with the column's name, never with the value.</summary>
    /// <param name="root">The repository's folder.</param>
    /// <param name="live">The live database, which may lie elsewhere and hold the value in other rows.</param>
    /// <param name="store">The repository's store.</param>
    /// <param name="cancel">Ends the search.</param>
    public IReadOnlyList<string> Find(string root, string live, IRepositoryStore store, CancellationToken cancel)
    {
        if (_values.Count == 0) return [];
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var path in Directory.EnumerateFiles(root, "*", options))
        {
            cancel.ThrowIfCancellationRequested();
            if (DatabaseEnds.Any(end => path.EndsWith(end, StringComparison.Ordinal))) continue;
            foreach (var column in FindIn(path)) found.Add($"{Path.GetRelativePath(root, path)} ({column})");
        }

        if (DatabaseEngines.FileOf(live) is { } file && Path.GetRelativePath(root, file).StartsWith("..", StringComparison.Ordinal))
        {
            foreach (var column in FindIn(file)) found.Add($"{file} ({column})");
        }

        foreach (var collection in store.ListCollections())
        {
            foreach (var (id, body) in store.ListDocuments(collection))
            {
                foreach (var column in FindIn(body)) found.Add($"document {collection}/{id} ({column})");
            }
        }

        return [.. found];
    }

    private IEnumerable<string> FindIn(string path)
    {
        var columns = new HashSet<string>(StringComparer.Ordinal);
        var overlap = _values.Values.Max(v => v.Forms.Max(f => f.Length)) - 1;
        try
        {
            using var file = File.OpenRead(path);
            var block = new byte[BlockSize + overlap];
            for (int kept = 0, read; (read = file.ReadAtLeast(block.AsSpan(kept), block.Length - kept, throwOnEndOfStream: false)) > 0;)
            {
                columns.UnionWith(FindIn(block.AsMemory(0, kept + read)));
                var next = Math.Min(overlap, kept + read);
                block.AsSpan(kept + read - next, next).CopyTo(block);
                kept = next;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            columns.Add("could not be read");
        }

        return columns;
    }

    /// <summary>As bytes, as base64 and, for text, as JSON writes it: some writers escape all but ASCII, with digits in upper or lower case.</summary>
    private IEnumerable<string> FindIn(ReadOnlyMemory<byte> content) =>
        _values.Values.Where(v => v.Forms.Any(form => content.Span.IndexOf(form) >= 0)).Select(v => v.Column).Distinct(StringComparer.Ordinal);

    private static byte[][] Forms(byte[] bytes, bool isText)
    {
        List<byte[]> forms = [bytes, Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes))];
        if (isText)
        {
            var text = Encoding.UTF8.GetString(bytes);
            var escaped = JsonEncodedText.Encode(text).ToString();
            forms.AddRange([
                Encoding.UTF8.GetBytes(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString()),
                Encoding.UTF8.GetBytes(escaped), Encoding.UTF8.GetBytes(Escape().Replace(escaped, m => m.Value.ToLowerInvariant())),
            ]);
        }

        return [.. forms.DistinctBy(Convert.ToHexString)];
    }

    [GeneratedRegex(@"\\u[0-9A-F]{4}")]
    private static partial Regex Escape();
}
