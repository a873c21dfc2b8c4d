using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>
/// Random schemas with foreign keys, cascades, triggers and views; a random choice of tables; random statements, done to a whole branch and to a partial one.
/// What is committed must be the same, or be refused where the whole branch changed, or would not take, what is left out of the other.
/// </summary>
public sealed class PartialBranchPropertyTests
{
    private const int Rounds = 6;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(33001, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_partial_branch_commits_and_merges_what_a_whole_one_does(int seed)
    {
        var random = new Random(seed);
        var schema = new RandomTables(random);
        using var shop = new ShopRepository(schema.Sql);
        var asked = string.Join(",", Enumerable.Range(0, random.Next(1, 3)).Select(_ => schema.AnyTable()));
        try
        {
            Create(shop, "whole", []);
            var left = Create(shop, "part", [asked]).LeftOut.ToHashSet(StringComparer.Ordinal);
            for (var round = 0; round < Rounds; round++) Round(shop, schema, random, left);
            MergeBoth(shop);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new InvalidOperationException($"seed {seed}, tables {asked}: {failure.Message}\n{schema.Sql}", failure);
        }
    }

    /// <summary>Some statements to both, a commit of both, and now and then what main has become meanwhile.</summary>
    private static void Round(ShopRepository shop, RandomTables schema, Random random, HashSet<string> left)
    {
        var done = new List<string>();
        var present = schema.Names.Where(t => !left.Contains(t)).ToList();
        for (var i = random.Next(1, 6); i > 0 && present.Count > 0; i--)
        {
            var sql = schema.AnyEdit(present[random.Next(present.Count)]);
            var (whole, part) = (Try(shop, "whole", sql), Try(shop, "part", sql));
            if (whole) done.Add(sql);
            // The partial one may take what a child would not have let happen; then nobody may be told that it was kept.
            if (part && !whole)
            {
                Refuse(shop, "part", sql);
                Reset(shop, left);
                return;
            }

            Assert.True(part || !whole, $"only the whole branch took: {sql}");
        }

        var changed = Commit(shop, "whole");
        if (changed.Overlaps(left))
        {
            Refuse(shop, "part", string.Join("; ", done));
            Reset(shop, left);
            return;
        }

        Assert.Equal(changed.Order(StringComparer.Ordinal), Commit(shop, "part").Order(StringComparer.Ordinal));
        AssertSame(shop);
        if (random.Next(3) == 0) Advance(shop, schema, random, left);
    }

    /// <summary>Main moves, in tables that are left out as well, and both branches take it over.</summary>
    private static void Advance(ShopRepository shop, RandomTables schema, Random random, HashSet<string> left)
    {
        for (var i = 0; i < 3; i++)
        {
            try
            {
                shop.Write("PRAGMA foreign_keys = ON; " + schema.AnyEdit(schema.AnyTable()));
            }
            catch (Microsoft.Data.Sqlite.SqliteException)
            {
                // A constraint; another statement will do.
            }
        }

        shop.Workspace.Branches.Commit(BranchName.Main, "Outside", null, default);
        var merged = new[] { "whole", "part" }.Select(branch =>
            shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Main, BranchName.Parse(branch), DryRun: false, []), default)).ToList();
        if (merged[0].State == merged[1].State && merged[0].State is MergeState.Merged or MergeState.UpToDate)
        {
            AssertSame(shop);
            if (random.Next(2) == 0) Fetch(shop, schema, left);
            return;
        }

        foreach (var open in merged.Where(m => m.State == MergeState.Conflicts)) shop.Workspace.Merges.Abort(open.Merge);
        Reset(shop, left);
    }

    private static void Fetch(ShopRepository shop, RandomTables schema, HashSet<string> left)
    {
        var now = shop.Workspace.Branches.Fetch(BranchName.Parse("part"), [schema.AnyTable()]).LeftOut;
        left.IntersectWith(now);
        Assert.Empty(Commit(shop, "part"));
        AssertSame(shop);
    }

    /// <summary>Both branches begin anew at main.</summary>
    private static void Reset(ShopRepository shop, HashSet<string> left)
    {
        var part = shop.Workspace.Branches.Show(BranchName.Parse("part"));
        foreach (var branch in new[] { "whole", "part" }) shop.Workspace.Branches.Delete(BranchName.Parse(branch));
        Create(shop, "whole", []);
        using var tables = shop.Workspace.History.Query(new QueryRequest("SELECT name FROM sqlite_schema WHERE type = 'table'", null, null, 100));
        var names = tables.Rows.Select(r => r[0].ToString()).Where(n => !n.StartsWith('_') && !n.StartsWith("sqlite", StringComparison.Ordinal));
        left.Clear();
        left.UnionWith(Create(shop, "part", [.. names.Except(part.LeftOut)]).LeftOut);
    }

    private static void MergeBoth(ShopRepository shop)
    {
        AssertSame(shop);
        var plan = shop.Merge("whole", dryRun: true);
        var merged = shop.Merge("part");
        Assert.Equal(plan.State, merged.State);
        Assert.Equal(plan.Tables, merged.Tables);
        if (merged.State != MergeState.Merged) return;
        Assert.True(shop.Workspace.Status(default).Clean);
        Assert.True(shop.Workspace.Upkeep.Verify(default).Ok);
    }

    private static void Refuse(ShopRepository shop, string branch, string sql)
    {
        var failure = Record.Exception(() => shop.Workspace.Branches.Commit(BranchName.Parse(branch), "Work", null, default));
        Assert.True(failure is DbVcException { Code: "branch.left-out" }, $"not refused: {sql}: {failure}");
    }

    private static BranchReport Create(ShopRepository shop, string branch, string[] tables) =>
        shop.Workspace.Branches.Create(BranchName.Parse(branch), null, BranchTerms.None with { Tables = tables }, default);

    private static HashSet<string> Commit(ShopRepository shop, string branch) =>
        [.. shop.Workspace.Branches.Commit(BranchName.Parse(branch), "Work", null, default).Tables.Select(t => t.Name)];

    private static bool Try(ShopRepository shop, string branch, string sql)
    {
        try
        {
            shop.WriteBranch(branch, "PRAGMA foreign_keys = ON; " + sql);
            return true;
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            return false;
        }
    }

    private static void AssertSame(ShopRepository shop)
    {
        using var diff = shop.Workspace.History.Diff(new DiffRequest("whole", "part", null, 10), default);
        Assert.Empty(diff.Tables.Select(t => t.Name).Concat(diff.Schema.Select(s => s.Object)));
    }

    /// <summary>Tables t0 … that refer to earlier ones, to themselves and to each other, with triggers and views on some.</summary>
    private sealed class RandomTables
    {
        private static readonly string[] Actions = ["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE ON DELETE CASCADE"];
        private readonly Random _random;
        private readonly List<string> _statements = [];
        private int _next = 1000;

        public RandomTables(Random random)
        {
            _random = random;
            var count = random.Next(4, 9);
            for (var i = 0; i < count; i++) Names.Add($"t{i}");
            foreach (var name in Names)
            {
                var parent = random.Next(3) > 0 ? $" REFERENCES {AnyTable()}(id){Actions[random.Next(Actions.Length)]}" : "";
                _statements.Add($"CREATE TABLE {name} (id INTEGER PRIMARY KEY, p INTEGER{parent}, v TEXT)");
                for (var id = 1; id <= 6; id++) _statements.Add($"INSERT INTO {name} VALUES ({id}, {AnyIdOrNull(3)}, 'v{id}')");
            }

            for (var i = random.Next(0, 3); i > 0; i--)
            {
                var what = new[] { "INSERT", "UPDATE", "DELETE" }[random.Next(3)];
                _statements.Add(
                    $"CREATE TRIGGER g{i} AFTER {what} ON {AnyTable()} BEGIN UPDATE {AnyTable()} SET v = v || 'g' WHERE id = {random.Next(1, 7)}; END");
            }

            for (var i = random.Next(0, 3); i > 0; i--)
            {
                _statements.Add($"CREATE VIEW w{i} AS SELECT a.id, b.v FROM {AnyTable()} a JOIN {AnyTable()} b ON a.id = b.p");
            }
        }

        public List<string> Names { get; } = [];

        public string Sql => "PRAGMA foreign_keys = OFF;\n" + string.Join(";\n", _statements) + ";";

        public string AnyTable() => Names[_random.Next(Names.Count)];

        private string AnyIdOrNull(int oneIn) => _random.Next(oneIn) == 0 ? "NULL" : _random.Next(1, 7).ToString(CultureInfo.InvariantCulture);

        public string AnyEdit(string table) => _random.Next(9) switch
        {
            0 or 1 => $"INSERT INTO {table} VALUES ({_next++}, {AnyIdOrNull(2)}, 'new')",
            2 or 3 => $"UPDATE {table} SET v = 'set' WHERE id = {_random.Next(1, 7)}",
            4 => $"UPDATE {table} SET p = {_random.Next(1, 8)} WHERE id = {_random.Next(1, 7)}",
            5 or 6 => $"DELETE FROM {table} WHERE id = {_random.Next(1, 7)}",
            7 => $"UPDATE {table} SET id = {_next++} WHERE id = {_random.Next(1, 7)}",
            _ => $"CREATE INDEX i{_next++} ON {table} (v)",
        };
    }
}
