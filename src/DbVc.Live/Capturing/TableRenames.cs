using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>
/// Finds renamed tables: one that vanished and one that came are the same if they are alike in definition and their rows say so too;
/// empty tables by definition alone. Where two could be meant, none is.
/// </summary>
internal sealed class TableRenames(IChunkSource chunks, TableCapture capture, IReadOnlyList<TableSnapshot> vanished)
{
    /// <summary>Rows are read once for each table that could be meant, so not for ever so many.</summary>
    private const int MostCandidates = 8;

    private readonly HashSet<TableSnapshot> _free = new(vanished, ReferenceEqualityComparer.Instance);

    /// <summary>Reads tables that were not there before, each with the identity of the one it was, if it was one.</summary>
    public IEnumerable<TableSnapshot> Read(IReadOnlyList<TableSchema> appeared, IEnumerable<TableSnapshot> known)
    {
        var ids = known.Select(t => t.Schema.Id).ToHashSet();
        var byShape = vanished.ToLookup(t => Shape(t.Schema));
        var rivals = vanished.Count == 0 ? [] : appeared.GroupBy(Shape).ToDictionary(g => g.Key, g => g.Count());
        foreach (var table in appeared)
        {
            var candidates = vanished.Count == 0 ? [] : byShape[Shape(table)].Where(_free.Contains).Take(MostCandidates).ToList();
            var read = FindRenamed(table, candidates, isOnly: candidates.Count == 1 && rivals[Shape(table)] == 1);
            read ??= capture.ReadNew(table, ids);
            ids.Add(read.Schema.Id);
            yield return read;
        }
    }

    private TableSnapshot? FindRenamed(TableSchema table, List<TableSnapshot> candidates, bool isOnly)
    {
        foreach (var before in candidates)
        {
            var read = capture.ReadAs(table, before.Schema);
            var isEqual = read.Rows == before.Rows && read.Count > 0;
            var isEmptyToo = isOnly && read.Count == 0 && before.Count == 0;
            if (!isEqual && !isEmptyToo && !(isOnly && new RowSample(chunks, before, read).AgreesWhole)) continue;
            _free.Remove(before);
            return read;
        }

        return null;
    }

    /// <summary>Columns and key, without the table's name.</summary>
    private static string Shape(TableSchema table) => string.Join('\n', table.Columns
        .Select(c => $"{c.Name}|{c.DeclaredType}|{c.Nullable}|{c.DefaultSql}|{c.Collation}|{c.Generated}".ToUpperInvariant())
        .Append(string.Join('|', table.PrimaryKey).ToUpperInvariant()));
}
