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

    private readonly Dictionary<(TableSchema Table, TableSnapshot Before), TableSnapshot> _read = [];
    private readonly HashSet<TableSnapshot> _free = new(vanished, ReferenceEqualityComparer.Instance);

    /// <summary>Reads tables that were not there before, each with the identity of the one it was, if it was one.</summary>
    public IEnumerable<TableSnapshot> Read(IReadOnlyList<TableSchema> appeared, HashSet<string> ids)
    {
        var byShape = vanished.ToLookup(t => Shape(t.Schema));
        var rivals = vanished.Count == 0 ? [] : appeared.GroupBy(Shape).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var table in appeared)
        {
            var candidates = vanished.Count == 0 ? [] : byShape[Shape(table)].Where(_free.Contains).Take(MostCandidates).ToList();
            var read = candidates.Count == 0 ? null : FindRenamed(table, candidates, [.. rivals[Shape(table)].Where(t => t != table)]);
            read ??= capture.ReadNew(table with { Id = TableIds.Create(table, ids) });
            ids.Add(read.Schema.Id);
            yield return read;
        }
    }

    private TableSnapshot? FindRenamed(TableSchema table, List<TableSnapshot> candidates, List<TableSchema> rivals)
    {
        var equal = candidates.Where(before => IsEqual(table, before)).Take(2).ToList();
        var found = equal.Count switch
        {
            1 => rivals.Exists(rival => IsEqual(rival, equal[0])) ? null : equal[0],
            0 => candidates.Count == 1 && rivals.Count == 0 && IsAlike(table, candidates[0]) ? candidates[0] : null,
            _ => null,
        };
        if (found is null) return null;
        _free.Remove(found);
        return ReadAs(table, found);
    }

    private bool IsEqual(TableSchema table, TableSnapshot before) => before.Count > 0 && ReadAs(table, before).Rows == before.Rows;

    private bool IsAlike(TableSchema table, TableSnapshot before)
    {
        var read = ReadAs(table, before);
        return read.Count == 0 && before.Count == 0 || new RowSample(chunks, before, read).AgreesWhole;
    }

    private TableSnapshot ReadAs(TableSchema table, TableSnapshot before) =>
        _read.TryGetValue((table, before), out var known) ? known : _read[(table, before)] = capture.ReadAs(table, before.Schema);

    /// <summary>Columns and key, without the table's name.</summary>
    private static string Shape(TableSchema table) => string.Join('\n', table.Columns
        .Select(c => $"{c.Name}|{c.DeclaredType}|{c.Nullable}|{c.DefaultSql}|{c.Collation}|{c.Generated}".ToUpperInvariant())
        .Append(string.Join('|', table.PrimaryKey).ToUpperInvariant()));
}
