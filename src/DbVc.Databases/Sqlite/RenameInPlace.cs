using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Changes of a table that only touch its text: its name, names of columns, foreign keys. What lies in the file stays as it is, so no row is
/// copied; only the statement in the catalogue is replaced, which SQLite's documentation allows for exactly such changes.
/// </summary>
internal static class RenameInPlace
{
    private const string Passing = "_dbvc_passing_";

    /// <summary>True if rows and indexes of constraints are the same under both definitions. In doubt it is not.</summary>
    public static bool IsPossible(TableSchema before, TableSchema after)
    {
        if (before.Constraints is null || after.Constraints is null || before.Columns.Count != after.Columns.Count) return false;
        if (!before.Options.SequenceEqual(after.Options) || before.AllocatesKeys != after.AllocatesKeys) return false;
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < before.Columns.Count; i++)
        {
            var (old, now) = (before.Columns[i], after.Columns[i]);
            if (old.Generated || now.Generated || old with { Name = now.Name, Origin = now.Origin } != now) return false;
            names[old.Name] = now.Name;
        }

        if (before.Name != after.Name) names.TryAdd(before.Name, after.Name);
        return Stored(before).SequenceEqual(Stored(after), new SameButRenamed(names));
    }

    /// <summary>Carries out the changes, names first, so that tables may swap theirs.</summary>
    public static void Run(SqliteHandle handle, IReadOnlyList<TableDelta> tables)
    {
        if (tables.Count == 0) return;
        var renamed = tables.Where(t => t.Before!.Name != t.After!.Name).ToList();
        for (var i = 0; i < renamed.Count; i++) Rename(handle, renamed[i].Before!.Name, Passing + i);
        for (var i = 0; i < renamed.Count; i++) Rename(handle, Passing + i, renamed[i].After!.Name);
        handle.Execute("PRAGMA writable_schema = ON");
        try
        {
            using var update = handle.Prepare("UPDATE main.sqlite_schema SET sql = ?2 WHERE type = 'table' AND name = ?1");
            foreach (var table in tables)
            {
                update.BindText(0, table.After!.Name);
                update.BindText(1, table.After.Sql);
                update.Execute();
            }

            handle.Execute($"PRAGMA main.schema_version = {handle.ReadInteger("PRAGMA main.schema_version") + 1}");
        }
        finally
        {
            handle.Execute("PRAGMA writable_schema = RESET");
        }
    }

    private static void Rename(SqliteHandle handle, string name, string to) =>
        handle.Execute($"ALTER TABLE main.{SqliteName.Quote(name)} RENAME TO {SqliteName.Quote(to)}");

    /// <summary>The constraints that rows and indexes depend on.</summary>
    private static IEnumerable<TableConstraint> Stored(TableSchema table) => table.Constraints!.Where(c => c.Kind != ConstraintKind.ForeignKey);

    private sealed class SameButRenamed(Dictionary<string, string> names) : IEqualityComparer<TableConstraint>
    {
        public bool Equals(TableConstraint? before, TableConstraint? after)
        {
            if (before!.Kind != after!.Kind || SqlTokens.Cut(before.Sql) is not { } old || SqlTokens.Cut(after.Sql) is not { } now) return false;
            return old.Count == now.Count && old.Zip(now).All(pair => AreSame(pair.First, pair.Second));
        }

        public int GetHashCode(TableConstraint constraint) => (int)constraint.Kind;

        private bool AreSame(SqlToken before, SqlToken after) =>
            before.IsName && after.IsName
                ? SqliteName.AreEqual(names.GetValueOrDefault(before.Value, before.Value), after.Value)
                : before.Kind == after.Kind && before.Value == after.Value;
    }
}
