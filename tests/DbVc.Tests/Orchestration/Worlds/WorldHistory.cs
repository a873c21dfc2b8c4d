using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Tests;

/// <summary>A random history of a whole repository with a live database: each step is done by commands and by the model, then both are compared.</summary>
internal sealed class WorldHistory : IDisposable
{
    private const int MostBranches = 4;

    private readonly World _world = new();
    private readonly WorldMerges _merges;
    private int _names;

    public WorldHistory() => _merges = new WorldMerges(_world);

    private Workspace Workspace => _world.Workspace;

    public void Dispose() => _world.Dispose();

    /// <summary>Takes a step; throws where engine and model differ. Returns what it was.</summary>
    public string Take(ModelStep step)
    {
        var branch = _world.Branches[step.First % 2 == 0 ? 0 : step.First / 2 % _world.Branches.Count];
        var other = _world.Branches[step.Second % _world.Branches.Count];
        var random = new Random(step.Seed);
        var what = step.Kind switch
        {
            < 38 => Edit(branch, random),
            < 46 => Commit(branch),
            < 54 => ChangeSchema(branch, random),
            < 60 => Create(step.Third),
            < 62 => Delete(branch),
            < 78 => _merges.Merge(other, branch, step.Seed),
            < 82 => RollBack(branch, step.Third),
            < 85 => Replay(branch, step),
            < 86 => UndoCommit(branch),
            < 88 => Stash(random),
            < 90 => Blame(branch, random),
            < 94 => Look(step.Third),
            < 95 => Tag(step.Third),
            < 96 => Reopen(),
            < 98 => Collect(),
            _ => Verify(),
        };
        foreach (var checkedBranch in new[] { branch, _world.Main }.Distinct().Where(_world.Branches.Contains)) _world.Check(checkedBranch, what);
        return what;
    }

    private string Edit(WorldBranch branch, Random random)
    {
        using var database = new WorldDatabase(branch.Path);
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var id = branch.Now.Tables.Keys.ElementAt(random.Next(branch.Now.Tables.Count));
            var table = branch.Now.Change(id);
            var row = table.Rows.Count == 0 ? null : table.Rows.ElementAt(random.Next(table.Rows.Count));
            switch (random.Next(4))
            {
                case 0 when row is not null:
                    Delete(database, branch.Now, id, row);
                    break;
                case 1 when row is not null && !row.Identity.StartsWith("counted", StringComparison.Ordinal):
                    UpdateCell(database, branch.Now, id, (Value[])row.Values.Clone(), random);
                    break;
                default:
                    if (NewRow(branch.Now, table.Schema, random) is not { } added) break;
                    database.Put(branch.Now, id, added);
                    table.Put(added);
                    break;
            }
        }

        database.Commit();
        return $"edit {branch.Name}";
    }

    private static void Delete(WorldDatabase database, NaiveDatabase model, string id, NaiveRow row)
    {
        if (id == NaiveDatabase.Items)
        {
            var uid = row.Values[model.PlaceOf(id, NaiveDatabase.UidColumn)];
            var place = model.PlaceOf(NaiveDatabase.Lines, NaiveDatabase.ReferenceColumn);
            foreach (var line in model.Tables[NaiveDatabase.Lines].Rows.Where(r => r.Values[place] == uid).ToList())
            {
                Delete(database, model, NaiveDatabase.Lines, line);
            }
        }

        database.Delete(model, id, row);
        model.Change(id).Remove(row.Identity);
    }

    private void UpdateCell(WorldDatabase database, NaiveDatabase model, string id, Value[] row, Random random)
    {
        var schema = model.Tables[id].Schema;
        var free = schema.Columns.Select((c, i) => (Column: c, At: i)).Where(c => !schema.PrimaryKey.Contains(c.Column.Name)).ToList();
        if (free.Count == 0) return;
        var (column, at) = free[random.Next(free.Count)];
        row[at] = NewValue(model, column, random);
        database.Put(model, id, row);
        model.Change(id).Put(row);
    }

    private Value[]? NewRow(NaiveDatabase model, TableSchema table, Random random)
    {
        if (table.Id == NaiveDatabase.Lines && model.Tables[NaiveDatabase.Items].Rows.Count == 0) return null;
        return [.. table.Columns.Select(c => NewValue(model, c, random))];
    }

    private Value NewValue(NaiveDatabase model, Column column, Random random)
    {
        if (column.Id == NaiveDatabase.UidColumn) return Value.Text("u" + _names++);
        if (column.Id == NaiveDatabase.ReferenceColumn)
        {
            var items = model.Tables[NaiveDatabase.Items];
            return items.Rows.ElementAt(random.Next(items.Rows.Count)).Values[model.PlaceOf(NaiveDatabase.Items, NaiveDatabase.UidColumn)];
        }

        return column.Id switch
        {
            1 => Value.Text("k" + random.Next(12)),
            13 => Value.Integer(random.Next(3)),
            4 or 5 => Value.Integer(random.Next(100)),
            6 or 9 => random.Next(6) == 0 ? Value.Null : Value.Integer(random.Next(6)),
            >= 2000 when column.Id % 3 == 2000 % 3 => Value.Text("k" + random.Next(12)),
            _ when random.Next(6) == 0 => Value.Null,
            _ when column.DeclaredType == "INTEGER" => Value.Integer(random.Next(5)),
            _ when column.DeclaredType == "TEXT" => Value.Text(random.Next(20) == 0 ? new string('x', 1100 + random.Next(3)) : "t" + random.Next(3)),
            _ => random.Next(4) switch
            {
                0 => Value.Real(random.Next(4) - 0.5),
                1 => Value.Blob(new byte[] { 0, (byte)random.Next(3) }),
                2 => Value.Text("é" + random.Next(3)),
                _ => Value.Integer(random.Next(-2, 3)),
            },
        };
    }

    private string Commit(WorldBranch branch)
    {
        var (what, isDirty) = ($"commit {branch.Name}", _world.IsDirty(branch));
        var report = Workspace.Branches.Commit(branch.Name, what, null, CancellationToken.None);
        World.Require($"{isDirty}", $"{report.Commit is not null}", what);
        _world.Learn(branch, what, isDirty ? [branch.Now] : []);
        return what;
    }

    /// <summary>A branch other than main has to be clean for what replays commits.</summary>
    private void CommitIfNeeded(WorldBranch branch)
    {
        if (branch != _world.Main && _world.IsDirty(branch)) Commit(branch);
    }

    /// <summary>One change of a definition, in a commit of its own: whether a name was changed can only be told from what else stayed.</summary>
    private string ChangeSchema(WorldBranch branch, Random random)
    {
        Commit(branch);
        var what = $"{branch.Name}: ";
        using (var database = new WorldDatabase(branch.Path))
        {
            what += new WorldSchemaChange(branch.Now, database, random, ++_names).Run();
            database.Commit();
        }

        _world.Check(branch, what);
        Commit(branch);
        return what;
    }

    private string Create(int from)
    {
        if (_world.Branches.Count > MostBranches) Delete(_world.Branches[1 + from % MostBranches]);
        var name = Enumerable.Range(1, MostBranches).Select(i => BranchName.Parse("b" + i)).First(n => _world.Branches.TrueForAll(b => b.Name != n));
        var reachable = _world.Reachable();
        var start = from % 2 == 0 ? null : reachable[from / 2 % reachable.Count];
        var what = $"create {name} at {(start is null ? "main" : "commit " + start.Number)}";
        Workspace.Branches.Create(name, start?.Id.ToString(), CancellationToken.None);
        if (start is null)
        {
            if (_world.IsDirty(_world.Main)) _world.Learn(_world.Main, what, [_world.Main.Now]);
            start = _world.Head(_world.Main);
        }

        var branch = new WorldBranch(name, Workspace.Branches.Show(name).Database!, start.Number, start.State.Copy());
        _world.Branches.Add(branch);
        _world.Check(branch, what);
        return what;
    }

    private string Delete(WorldBranch branch)
    {
        if (branch == _world.Main) return "delete nothing";
        Workspace.Branches.Delete(branch.Name);
        _world.Branches.Remove(branch);
        return $"delete {branch.Name}";
    }

    private string RollBack(WorldBranch branch, int to)
    {
        CommitIfNeeded(branch);
        var line = new List<WorldCommit>();
        for (var at = _world.Head(branch); ; at = _world.Commits[at.Parents[0]])
        {
            line.Add(at);
            if (at.Parents.Length == 0) break;
        }

        var goal = line[to % line.Count];
        var what = $"roll {branch.Name} back to commit {goal.Number}";
        var states = _world.IsDirty(branch) ? new List<NaiveDatabase> { branch.Now } : [];
        if (branch.Now.Dump() != goal.State.Dump()) states.Add(goal.State);
        Workspace.Replays.Rollback(new RollbackRequest(goal.Id.ToString(), false) { Target = branch.Name }, CancellationToken.None);
        branch.Now = goal.State.Copy();
        _world.Learn(branch, what, states);
        return what;
    }

    private string Replay(WorldBranch branch, ModelStep step)
    {
        CommitIfNeeded(branch);
        var reachable = _world.Reachable();
        var commit = reachable[step.Third % reachable.Count];
        return step.Second % 2 == 0 ? _merges.Pick(commit, branch, step.Seed) : _merges.Revert(commit, branch, step.Seed);
    }

    /// <summary>Commits and undoes it: main goes back by a new commit, another branch to where it was.</summary>
    private string UndoCommit(WorldBranch branch)
    {
        if (!_world.IsDirty(branch)) return "undo nothing";
        Commit(branch);
        var (what, before) = ($"undo commit {branch.Head}", _world.Commits[_world.Head(branch).Parents[0]]);
        Workspace.Operations.Undo(null, CancellationToken.None);
        branch.Now = before.State.Copy();
        if (branch == _world.Main) _world.Learn(branch, what, [before.State]);
        else branch.Head = before.Number;
        World.Require($"{_world.Head(branch).Id}", $"{Workspace.Branches.Show(branch.Name).Head}", what);
        return what;
    }

    /// <summary>Sets aside what no commit holds, changes something else, and brings it back.</summary>
    private string Stash(Random random)
    {
        var (main, head) = (_world.Main, _world.Head(_world.Main));
        if (!_world.IsDirty(main)) return "stash nothing";
        var (state, numbers) = (main.Now, _world.Numbers(main));
        Workspace.Stashes.Push(null, CancellationToken.None);
        main.Now = head.State.Copy();
        _world.Check(main, "stash push");
        if (random.Next(2) == 0) Edit(main, random);
        return _merges.Pop(head, (state, numbers), random.Next());
    }

    private string Tag(int at)
    {
        var name = TagName.Parse("v" + at % 3);
        var known = _world.Tags.Remove(name.Text);
        if (known) Workspace.Tags.Delete(name);
        var reachable = _world.Reachable();
        var commit = reachable[at % reachable.Count];
        if (!known)
        {
            Workspace.Tags.Create(name, commit.Id.ToString());
            _world.Tags.Add(name.Text, commit.Number);
        }

        return known ? $"remove tag {name}" : $"tag {name} at commit {commit.Number}";
    }

    /// <summary>Each cell's commit is one in which it got its value: it has it there and in no parent, and every commit on the way has it too.</summary>
    private string Blame(WorldBranch branch, Random random)
    {
        var head = _world.Head(branch);
        var table = head.State.Tables.Values.ElementAt(random.Next(head.State.Tables.Count));
        var report = Workspace.History.Blame(new BlameRequest(table.Schema.Name, head.Id.ToString(), null, null, 100));
        var known = head.Ancestors.ToDictionary(a => _world.Commits[a].Id);
        foreach (var cell in report.Rows.SelectMany(r => r.Cells))
        {
            if (!known.ContainsKey(cell.Commit.Id)) throw new InvalidOperationException($"blame of {table.Schema.Name} names {cell.Commit.Id}");
        }

        return $"blame {table.Schema.Name} on {branch.Name}";
    }

    /// <summary>A query at an old commit sees that commit's rows.</summary>
    private string Look(int at)
    {
        var reachable = _world.Reachable();
        var commit = reachable[at % reachable.Count];
        foreach (var table in commit.State.Tables.Values.Where(t => t.Schema.Id is not NaiveDatabase.Items and not NaiveDatabase.Lines))
        {
            var columns = string.Join(", ", table.Schema.Columns.Select(c => WorldDatabase.Quote(c.Name)));
            var sql = $"SELECT {columns} FROM {WorldDatabase.Quote(table.Schema.Name)}";
            using var report = Workspace.History.Query(new QueryRequest(sql, commit.Id.ToString(), null, 1000));
            var read = new NaiveTable(table.Schema);
            foreach (var row in report.Rows) read.Put([.. row]);
            World.Require(table.Dump(), read.Dump(), $"query at commit {commit.Number}: {table.Schema.Name}");
        }

        return $"query at commit {commit.Number}";
    }

    private string Reopen()
    {
        _world.Reopen();
        return "reopen";
    }

    private string Collect()
    {
        Workspace.Upkeep.Collect(new GcRequest(false, TimeSpan.Zero), CancellationToken.None);
        return "gc";
    }

    private string Verify()
    {
        var report = Workspace.Upkeep.Verify(CancellationToken.None);
        World.Require("", string.Join('\n', report.Problems.Select(p => $"{p.Kind} {p.Object} {p.Message}")), "verify");
        return "verify";
    }
}
