using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Tests;

/// <summary>One step of a random history. Numbers are taken modulo what there is at that moment, so that any part of a history is a history.</summary>
internal readonly record struct ModelStep(int Kind, int First, int Second, int Third, int Seed);

/// <summary>
/// A history that is made twice: by the engine, with commits in a store, and by <see cref="NaiveTable"/>, where every commit holds all its rows.
/// After each step both must hold the same, and the trees must be those that building from all rows gives.
/// </summary>
internal sealed class ModelHistory : IDisposable
{
    private const int MostBranches = 6;
    private static readonly string[] s_policies = ["docs.n=delta", "docs.m=max"];

    private readonly Repository _repository = new(new MemoryStore(), TimeProvider.System);
    private readonly List<ModelCommit> _commits = [];
    private readonly List<int> _heads = [];
    private DateTimeOffset _time = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ModelHistory()
    {
        Commit(Start(), []);
        _heads.Add(0);
    }

    public void Dispose()
    {
        // All of it is in memory.
    }

    public static ModelStep[] Steps(Random random, int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
            new ModelStep(random.Next(100), random.Next(1 << 20), random.Next(1 << 20), random.Next(1 << 20), random.Next())),
    ];

    /// <summary>Takes a step; throws where engine and model differ. Returns what it was.</summary>
    public string Take(ModelStep step)
    {
        var at = step.First % _heads.Count;
        var commit = _commits[step.Second % _commits.Count];
        switch (step.Kind)
        {
            case < 55: return Edit(at, new Random(step.Seed));
            case < 60: return ChangeSchema(at, new Random(step.Seed));
            case < 65: return Branch(step.Second % _commits.Count);
            case < 68: return Delete(at);
            case < 84: return Merge(step.Second % _heads.Count, at, step.Seed);
            case < 88: return Move(at, "roll back to", commit.Number, commit.Tables);
            case < 92 when commit.Parents.Length > 0: return Replay("revert", at, (commit, _commits[commit.Parents[0]]), step.Seed);
            case < 96 when commit.Parents.Length > 0: return Replay("cherry-pick", at, (_commits[commit.Parents[0]], commit), step.Seed);
            default: return CheckLaws(commit, _commits[step.Third % _commits.Count]);
        }
    }

    private static Dictionary<string, NaiveTable> Start()
    {
        Column Column(int id, string name, string type) => new() { Id = id, Name = name, DeclaredType = type };
        TableSchema Table(string name, string[] key, params Column[] columns) => WithSql(new TableSchema
        {
            Id = name,
            Name = name,
            Columns = columns,
            PrimaryKey = key,
            Sql = "",
        });
        TableSchema[] tables =
        [
            Table("docs", ["k"], Column(1, "k", "TEXT"), Column(2, "a", "INTEGER"), Column(5, "b", "TEXT"),
                Column(7, "n", "INTEGER"), Column(9, "m", "INTEGER")),
            Table("pairs", ["x", "y"], Column(4, "x", "INTEGER"), Column(2, "y", "TEXT"), Column(3, "v", "TEXT")),
            Table("bag", [], Column(1, "x", ""), Column(2, "y", "TEXT")),
        ];
        return tables.ToDictionary(t => t.Name, t => new NaiveTable(t));
    }

    private static TableSchema WithSql(TableSchema table) => table with
    {
        Sql = $"CREATE TABLE {table.Name} ({string.Join(", ", table.Columns.Select(c => $"{c.Name} {c.DeclaredType} {c.DefaultSql}"))})",
    };

    private static Value[] RandomRow(TableSchema table, Random random) => [.. table.StoredColumns.Select(c => c.Name switch
    {
        "k" => Value.Text("k" + random.Next(40)),
        "n" or "m" => Value.Integer(random.Next(100)),
        "x" => random.Next(8) == 0 ? Value.Null : Value.Integer(random.Next(12)),
        "y" => random.Next(8) == 0 ? Value.Null : Value.Text("y" + random.Next(3)),
        _ => random.Next(5) switch
        {
            0 => Value.Null,
            1 => Value.Real(random.Next(4) - 0.5),
            2 => Value.Blob(new byte[] { 0, (byte)random.Next(4) }),
            3 => Value.Text(random.Next(20) == 0 ? new string('x', 1100 + random.Next(3)) : "t" + random.Next(4)),
            _ => Value.Integer(random.Next(5)),
        },
    })];

    private string Edit(int at, Random random)
    {
        var head = _commits[_heads[at]];
        var tables = new Dictionary<string, NaiveTable>(head.Tables);
        foreach (var name in tables.Keys.Order(StringComparer.Ordinal).ToList())
        {
            if (random.Next(3) == 0) continue;
            var table = tables[name] = tables[name].Copy();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                if (random.Next(4) == 0 && table.Rows.Count > 0) table.Remove(table.Rows.ElementAt(random.Next(table.Rows.Count)).Identity);
                else table.Put(RandomRow(table.Schema, random));
            }
        }

        return Advance(at, "edit", tables, []);
    }

    private string ChangeSchema(int at, Random random)
    {
        var tables = new Dictionary<string, NaiveTable>(_commits[_heads[at]].Tables);
        var docs = tables["docs"].Schema;
        var renamed = docs.Columns.Select(c => c.Id == 5 ? (c with { Name = "b" + random.Next(1000) }).As(c) : c).ToList();
        var id = 100 + random.Next(1000);
        var added = docs.Columns.Where(c => c.Id != id)
            .Append(new Column { Id = id, Name = "c" + id, DeclaredType = "INTEGER", DefaultSql = random.Next(2) == 0 ? null : "7" }).ToList();
        tables["docs"] = tables["docs"].ChangeSchema(WithSql(docs with { Columns = random.Next(2) == 0 || docs.Columns.Count > 8 ? renamed : added }));
        return Advance(at, "change the schema on", tables, []);
    }

    private string Branch(int from)
    {
        if (_heads.Count < MostBranches) _heads.Add(from);
        else _heads[from % MostBranches] = from;
        return $"branch at commit {from}";
    }

    private string Delete(int at)
    {
        if (_heads.Count > 1) _heads.RemoveAt(at);
        return $"delete branch {at}";
    }

    private string Move(int at, string what, int number, Dictionary<string, NaiveTable> tables) => Advance(at, $"{what} {number} on", tables, []);

    private string Merge(int from, int at, int seed)
    {
        var (source, target) = (_commits[_heads[from]], _commits[_heads[at]]);
        var what = $"merge commit {source.Number} into branch {at} at {target.Number}";
        if (source == target) return what + ": itself";
        using var chunks = _repository.Chunks.BeginWrite();
        if (NaiveBase(source, target) is not { } naive) return what + ": both sides changed a schema";
        var start = new CommonState(_repository, chunks, MergePolicies.Parse(s_policies)).Find(source.Id, target.Id)!;
        Require(start, naive, what + ", base");
        return Combine(at, what, (start, naive), source, seed, [source.Number]);
    }

    private string Replay(string verb, int at, (ModelCommit From, ModelCommit To) change, int seed)
    {
        var start = _repository.ReadSnapshot(change.From.Id).Snapshot;
        return Combine(at, $"{verb}: from {change.From.Number} to {change.To.Number} on branch {at}", (start, change.From.Tables), change.To, seed, []);
    }

    /// <summary>Merges by engine and by model, compares the conflicts, decides them alike and compares the results.</summary>
    private string Combine(
        int at, string what, (Snapshot Snapshot, Dictionary<string, NaiveTable> Tables) start, ModelCommit source, int seed, int[] parents)
    {
        ResolutionKind Decide(string place) => (ResolutionKind)(place.Aggregate((uint)seed, (hash, c) => (hash ^ c) * 16777619) / 7 % 3);
        var target = _commits[_heads[at]];
        var naive = new NaiveMerge(PolicyOf, Decide);
        if (MergeAll(naive, start.Tables, source.Tables, target.Tables) is not { } tables) return what + ": both sides changed a schema";
        using var chunks = _repository.Chunks.BeginWrite();
        var (before, after) = (_repository.ReadSnapshot(source.Id).Snapshot, _repository.ReadSnapshot(target.Id).Snapshot);
        var open = Run(start.Snapshot, before, after, _ => null);
        Require(string.Join('\n', naive.Conflicts), string.Join('\n', open.Conflicts.Select(PlaceOf).Order(StringComparer.Ordinal)), what + ", conflicts");
        var decisions = open.Conflicts.ToDictionary(c => c.Id, c => new Resolution(Decide(PlaceOf(c))));
        var decided = Run(start.Snapshot, before, after, id => decisions.GetValueOrDefault(id));
        Require("", string.Join('\n', decided.Conflicts.Select(PlaceOf)), what + ", conflicts after all are decided");
        Require(decided.Merged, tables, what);
        var swapped = Run(start.Snapshot, after, before, _ => null);
        Require(string.Join('\n', naive.Conflicts), string.Join('\n', swapped.Conflicts.Select(PlaceOf).Order(StringComparer.Ordinal)), what + ", swapped");
        if (open.Conflicts.Count == 0) Require(swapped.Merged, tables, what + ", swapped");
        return Advance(at, what, tables, parents);

        MergeOutcome Run(Snapshot from, Snapshot one, Snapshot other, Func<string, Resolution?> decide) =>
            new ThreeWayMerge(chunks, MergePolicies.Parse(s_policies), decide).Run(from, one, other);
    }

    private static string PolicyOf(string column) => column switch
    {
        "n" => "delta",
        "m" => "max",
        _ => "",
    };

    private static string PlaceOf(Conflict conflict) =>
        $"{conflict.Table} {string.Join(',', conflict.Key.Select(k => DatabaseContent.Show(k.Value)))} {conflict.Column}";

    private static Dictionary<string, NaiveTable>? MergeAll(NaiveMerge merge, Dictionary<string, NaiveTable> before,
        Dictionary<string, NaiveTable> source, Dictionary<string, NaiveTable> target)
    {
        var merged = new Dictionary<string, NaiveTable>();
        foreach (var name in before.Keys)
        {
            string[] statements = [before[name].Schema.Sql, source[name].Schema.Sql, target[name].Schema.Sql];
            if (statements.Distinct().Count() == 3 || merge.Run(before[name], source[name], target[name]) is not { } table) return null;
            merged.Add(name, table);
        }

        return merged;
    }

    /// <summary>The common state by sets of ancestors; null where it cannot be told without merging schemas.</summary>
    private Dictionary<string, NaiveTable>? NaiveBase(ModelCommit source, ModelCommit target) => MergeBases(Best(source.Ancestors, target.Ancestors));

    private Dictionary<string, NaiveTable>? MergeBases(List<int> bases)
    {
        var merged = _commits[bases[0]].Tables;
        for (var i = 1; i < bases.Count; i++)
        {
            var next = _commits[bases[i]];
            var below = bases.Take(i).SelectMany(b => Best(next.Ancestors, _commits[b].Ancestors)).Distinct().ToList();
            below = [.. below.Where(one => !below.Exists(other => other != one && _commits[other].Ancestors.Contains(one))).Order()];
            if (MergeBases(below) is not { } start) return null;
            if (MergeAll(new NaiveMerge(PolicyOf, _ => ResolutionKind.Base), start, next.Tables, merged) is not { } tables) return null;
            merged = tables;
        }

        return merged;
    }

    /// <summary>Common ancestors that are not an ancestor of another one, oldest first.</summary>
    private List<int> Best(HashSet<int> one, HashSet<int> other)
    {
        var common = one.Where(other.Contains).ToList();
        return [.. common.Where(c => !common.Exists(d => d != c && _commits[d].Ancestors.Contains(c))).Order()];
    }

    private string CheckLaws(ModelCommit before, ModelCommit after)
    {
        var what = $"laws of commits {before.Number} and {after.Number}";
        using var chunks = _repository.Chunks.BeginWrite();
        var (one, other) = (_repository.ReadSnapshot(before.Id).Snapshot, _repository.ReadSnapshot(after.Id).Snapshot);
        // Without policies: with delta, equal changes add up.
        if (new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null).Run(one, other, other) is not { Conflicts.Count: 0 } itself || itself.Merged != other)
        {
            throw new InvalidOperationException($"{what}: a branch merged into itself changed.");
        }

        foreach (var (name, table) in before.Tables)
        {
            if (table.Schema.Sql != after.Tables[name].Schema.Sql) continue;
            var changed = table.Copy();
            var changes = RowDiff.Changes(chunks, Find(one, name), Find(other, name)).ToList();
            foreach (var change in changes.Where(c => c.Before is not null)) changed.Remove(changed.IdentityOf(change.Before!), change.Count);
            foreach (var change in changes.Where(c => c.After is not null)) changed.Put(change.After!, change.Count);
            Require(after.Tables[name].Dump(), changed.Dump(), $"{what}: difference applied to {name}");
        }

        return what;

        TableSnapshot Find(Snapshot snapshot, string name) => new SnapshotReader(chunks, snapshot).FindTable(name)!;
    }

    private string Advance(int at, string what, Dictionary<string, NaiveTable> tables, int[] merged)
    {
        Commit(tables, [_heads[at], .. merged]);
        _heads[at] = _commits.Count - 1;
        return $"{what} branch {at}: commit {_commits.Count - 1}";
    }

    /// <summary>Commits by editing the first parent's trees, and compares them with trees that are built from all rows.</summary>
    private void Commit(Dictionary<string, NaiveTable> tables, int[] parents)
    {
        using var chunks = _repository.Chunks.BeginWrite();
        var before = parents.Length == 0 ? null : _repository.ReadSnapshot(_commits[parents[0]].Id);
        var editor = new SnapshotEditor(chunks, before?.Snapshot ?? Snapshot.Empty);
        foreach (var (name, table) in tables)
        {
            if (before is not null && ReferenceEquals(_commits[parents[0]].Tables[name], table)) continue;
            editor.PutTable(Write(chunks, table, before?.FindTable(name), parents.Length == 0 ? null : _commits[parents[0]].Tables[name]));
        }

        var snapshot = editor.Finish();
        var transaction = new CommitTransaction(_repository, "model", "model");
        _time = _time.AddSeconds(1);
        var id = transaction.Add(new Commit
        {
            Snapshot = SnapshotCodec.Write(chunks, snapshot),
            Parents = [.. parents.Select(p => _commits[p].Id)],
            Author = new Author("Model", "", AuthorKind.System),
            Time = _time,
            Message = "",
        });
        chunks.Publish();
        transaction.Publish();
        HashSet<int> ancestors = [_commits.Count, .. parents.SelectMany(p => _commits[p].Ancestors)];
        _commits.Add(new ModelCommit(_commits.Count, id, parents, tables, ancestors));
        var changed = tables.Where(t => before is null || !ReferenceEquals(_commits[parents[0]].Tables[t.Key], t.Value));
        Require(snapshot, changed.ToDictionary(), $"commit {_commits.Count - 1}");
    }

    private static TableSnapshot Write(DbVc.Store.IChunkWriter chunks, NaiveTable table, TableSnapshot? before, NaiveTable? old)
    {
        var encoder = new TableEncoder(table.Schema);
        var all = table.Rows.SelectMany(r => Enumerable.Repeat(r.Values, (int)r.Count)).ToList();
        using var rows = new ValueRows(all);
        var built = RowTree.Build(chunks, encoder, rows);
        if (before is not null && old!.Schema.Sql == table.Schema.Sql)
        {
            var edited = RowTree.Edit(chunks, encoder, new RowTreeResult(before.Rows, before.Count), Changes(old, table));
            if (edited != built) throw new InvalidOperationException($"{table.Schema.Name}: editing gives another tree than building.");
        }

        return new TableSnapshot(table.Schema, built.Root, built.Count);
    }

    private static IEnumerable<RowChange> Changes(NaiveTable before, NaiveTable after)
    {
        foreach (var identity in before.Rows.Concat(after.Rows).Select(r => r.Identity).ToHashSet())
        {
            var (old, next) = (before.Find(identity), after.Find(identity));
            if (identity.StartsWith("counted", StringComparison.Ordinal))
            {
                var gain = (next?.Count ?? 0) - (old?.Count ?? 0);
                if (gain > 0) yield return new RowChange(null, next!.Values, gain);
                else if (gain < 0) yield return new RowChange(old!.Values, null, -gain);
            }
            else if (old is null || next is null || !old.Values.AsSpan().SequenceEqual(next.Values))
            {
                yield return new RowChange(old?.Values, next?.Values);
            }
        }
    }

    /// <summary>The snapshot holds exactly these rows, read in order and by number, in trees that depend on nothing but them.</summary>
    private void Require(Snapshot snapshot, Dictionary<string, NaiveTable> tables, string what)
    {
        using var chunks = _repository.Chunks.BeginWrite();
        foreach (var (name, expected) in tables)
        {
            var table = new SnapshotReader(chunks, snapshot).FindTable(name) ?? throw new InvalidOperationException($"{what}: no table {name}.");
            Require(expected.Schema.Sql, table.Schema.Sql, $"{what}, schema of {name}");
            var actual = new NaiveTable(table.Schema);
            var wanted = new bool[table.Schema.StoredColumns.Count()];
            Array.Fill(wanted, true);
            var cursor = new TableCursor(chunks, table, wanted);
            cursor.Seek(0);
            var count = 0L;
            for (; cursor.Read(); count++) actual.Put([.. Enumerable.Range(0, wanted.Length).Select(cursor.ValueAt)]);
            Require(expected.Dump(), actual.Dump(), $"{what}, rows of {name}");
            Require($"{expected.Rows.Sum(r => r.Count)}", $"{table.Count}", $"{what}, count of {name}");
            Require($"{count}", $"{table.Count}", $"{what}, rows read of {name}");
            using var rows = new ValueRows(expected.Rows.SelectMany(r => Enumerable.Repeat(r.Values, (int)r.Count)).ToList());
            var built = RowTree.Build(chunks, new TableEncoder(table.Schema), rows);
            Require(built.Root.ToString(), table.Rows.ToString(), $"{what}, tree of {name}");
        }
    }

    private static void Require(string expected, string actual, string what)
    {
        if (expected != actual) throw new InvalidOperationException($"{what}\nmodel:\n{expected}\nengine:\n{actual}");
    }

    private sealed record ModelCommit(int Number, CommitId Id, int[] Parents, Dictionary<string, NaiveTable> Tables, HashSet<int> Ancestors);
}
