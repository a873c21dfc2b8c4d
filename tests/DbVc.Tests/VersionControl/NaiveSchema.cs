using DbVc.Model;

namespace DbVc.Tests;

/// <summary>What a merge makes of the columns of one table, by the rules of docs/merge.md; the model names columns by their ids alone.</summary>
internal static class NaiveSchema
{
    /// <summary>The merged table; null where both sides contradict each other.</summary>
    public static TableSchema? Merge(NaiveTable before, NaiveTable source, NaiveTable target)
    {
        if (Pick(before.Schema.Name, source.Schema.Name, target.Schema.Name) is not { } name) return null;
        var columns = new List<Column>();
        foreach (var id in target.Schema.Columns.Concat(source.Schema.Columns).Concat(before.Schema.Columns).Select(c => c.Id).Distinct())
        {
            var (was, one, other) = (Find(before, id), Find(source, id), Find(target, id));
            if (was is null)
            {
                if (one is not null && other is not null && one != other) return null;
                columns.Add((other ?? one)!);
            }
            else if (one is null || other is null)
            {
                var (kept, holder) = one is null ? (other, target) : (one, source);
                if (kept is not null && (kept != was || Wrote(before, holder, id))) return null;
            }
            else if (Pick(was.Name, one.Name, other.Name) is { } column)
            {
                columns.Add(other with { Name = column });
            }
            else
            {
                return null;
            }
        }

        if (columns.DistinctBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Count() < columns.Count) return null;
        if (IsSame(source.Schema, before.Schema)) return target.Schema;
        if (IsSame(target.Schema, before.Schema) || IsSame(target.Schema, source.Schema)) return source.Schema;
        var key = before.Schema.PrimaryKey.Select(k => before.Schema.FindColumn(k)!.Id).Select(id => columns.Find(c => c.Id == id)!.Name);
        var sql = source.Schema.Sql == before.Schema.Sql ? target.Schema.Sql : source.Schema.Sql;
        return before.Schema with { Name = name, Columns = columns, PrimaryKey = [.. key], Sql = sql };
    }

    private static bool IsSame(TableSchema one, TableSchema other) => one.Name == other.Name && one.Columns.SequenceEqual(other.Columns);

    /// <summary>The name that one side gave, or both alike; null where they differ.</summary>
    public static string? Pick(string before, string source, string target) =>
        source == before || source == target ? target : target == before ? source : null;

    private static Column? Find(NaiveTable table, int id) => table.Schema.Columns.FirstOrDefault(c => c.Id == id);

    /// <summary>True where a row that was there, and still is, holds something else in the column; rows without key that are gone may have.</summary>
    private static bool Wrote(NaiveTable before, NaiveTable after, int id)
    {
        var (old, now) = (Place(before, id), Place(after, id));
        if (before.Schema.HasKey) return before.Rows.Any(r => after.Find(r.Identity) is { } row && row.Values[now] != r.Values[old]);
        var kept = after.ChangeSchema(before.Schema);
        return before.Rows.Any(r => (kept.Find(r.Identity)?.Count ?? 0) < r.Count);
    }

    private static int Place(NaiveTable table, int id) => table.Schema.StoredColumns.ToList().FindIndex(c => c.Id == id);
}
