using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>Merges of rows into a real live database: keys, cascades, constraints, conflicts.</summary>
public sealed class RowMergeTests : IDisposable
{
    private readonly ShopRepository _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("INTEGER PRIMARY KEY")]
    [InlineData("INTEGER PRIMARY KEY AUTOINCREMENT")]
    public void Two_branches_and_live_main_that_all_hand_out_the_next_key_merge_clean(string key)
    {
        _shop.Write($"""
            CREATE TABLE "the order" (id {key}, note TEXT, after_id INTEGER REFERENCES "the order"(id));
            CREATE TABLE line (order_id INTEGER REFERENCES "the order" ON DELETE CASCADE, nr INTEGER, what TEXT, PRIMARY KEY (order_id, nr)) WITHOUT ROWID;
            CREATE TABLE part (order_id INTEGER, nr INTEGER, name TEXT, FOREIGN KEY (order_id, nr) REFERENCES line(order_id, nr));
            INSERT INTO "the order" (note) VALUES ('first');
            """);
        foreach (var branch in new[] { "one", "two" })
        {
            _shop.Branch(branch, $"""
                INSERT INTO "the order" (note) VALUES ('{branch}'); INSERT INTO "the order" (note, after_id) VALUES ('{branch} again', 2);
                INSERT INTO line VALUES (2, 1, '{branch} line'), (3, 1, '{branch} again line'), (1, {(branch == "one" ? 7 : 8)}, 'added to the first');
                INSERT INTO part VALUES (2, 1, '{branch} part');
                """);
        }

        _shop.Write("""INSERT INTO "the order" (note) VALUES ('live'); INSERT INTO line VALUES (2, 1, 'live line')""");
        _shop.Write("INSERT INTO part VALUES (2, 1, 'live part')");
        var reports = new[] { _shop.Merge("one"), _shop.Merge("two") };

        Assert.All(reports, r => Assert.Equal(MergeState.Merged, r.State));
        Assert.Equal(["2>4", "2>5 3>6"], reports.Select(r => string.Join(' ', r.Rekeyed.Select(c => $"{c.Before[0].Value}>{c.After}"))));
        Assert.Equal("1 first;2 live;3 one again after 4;4 one;5 two;6 two again after 5",
            _shop.Ask("""SELECT group_concat(id || ' ' || note || coalesce(' after ' || after_id, ''), ';') FROM (SELECT * FROM "the order" ORDER BY id)"""));
        Assert.Equal("live live line;one again one again line;one one line;two two line;two again two again line",
            _shop.Ask("""
                SELECT group_concat(t, ';') FROM (SELECT note || ' ' || what AS t FROM "the order" JOIN line ON id = order_id WHERE id > 1 ORDER BY id)
                """));
        Assert.Equal("live line live part;one line one part;two line two part",
            _shop.Ask("SELECT group_concat(what || ' ' || name, ';') FROM (SELECT * FROM line JOIN part USING (order_id, nr) ORDER BY order_id)"));
        Assert.Contains("Rekeyed: ", _shop.Workspace.History.Find("HEAD").Commit.Commit.Message, StringComparison.Ordinal);
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);

        // The next key is one that was never given away.
        _shop.Write("""INSERT INTO "the order" (note) VALUES ('next')""");
        Assert.Equal("7", _shop.Ask("""SELECT id FROM "the order" WHERE note = 'next'"""));
    }

    [Fact]
    public void Blame_of_a_row_with_a_new_key_names_who_wrote_it()
    {
        _shop.Write("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, stars INTEGER); INSERT INTO notes VALUES (1, 'first', 1)");
        _shop.Branch("work", "INSERT INTO notes VALUES (2, 'of the branch', 2); INSERT INTO notes VALUES (3, 'of the branch too', 3)");
        _shop.Write("INSERT INTO notes VALUES (2, 'of main', 9)");
        Assert.Equal(MergeState.Merged, _shop.Merge("work").State);
        var merge = _shop.Workspace.History.Find("HEAD").Commit;
        var (main, branch) = (merge.Commit.Parents[0], merge.Commit.Parents[1]);

        foreach (var key in new string?[] { null, "2", "4", "3" })
        {
            var rows = _shop.Workspace.History.Blame(new BlameRequest("notes", "HEAD", key, null, 10)).Rows.ToList();
            Assert.Equal(key is null ? 4 : 1, rows.Count);
            foreach (var row in rows.Where(r => r.Cells[0].Value.AsInteger > 1))
            {
                var isOfBranch = row.Cells[1].Value.AsText.Contains("branch", StringComparison.Ordinal);
                Assert.All(row.Cells.Skip(1), cell => Assert.Equal(isOfBranch ? branch : main, cell.Commit.Id));
            }
        }

        // The new key itself is the merge's doing.
        var given = _shop.Workspace.History.Blame(new BlameRequest("notes", "HEAD", "4", null, 10)).Rows.Single();
        Assert.Equal(("of the branch", merge.Id), (given.Cells[1].Value.AsText, given.Cells[0].Commit.Id));
    }

    [Theory]
    [InlineData("doc JSON", "{\"a\":2,\"b\":3}")]
    [InlineData("doc TEXT CHECK (doc IS NULL OR JSON_valid( \"DOC\" ))", "{\"a\":2,\"b\":3}")]
    [InlineData("doc TEXT, CONSTRAINT \"is a document\" CHECK (json_valid([doc], 1) AND id > 0)", "{\"a\":2,\"b\":3}")]
    [InlineData("doc TEXT, other TEXT, CHECK (json_valid(other))", null)]
    [InlineData("doc TEXT CHECK (doc <> 'json_valid(doc)')", null)]
    public void A_column_holds_documents_where_its_type_or_a_check_says_so(string columns, string? merged)
    {
        _shop.Write($$"""CREATE TABLE papers (id INTEGER PRIMARY KEY, {{columns}}); INSERT INTO papers (id, doc) VALUES (1, '{"a":1,"b":1}')""");
        _shop.Branch("work", """UPDATE papers SET doc = '{"a":1,"b":3}'""");
        _shop.Write("""UPDATE papers SET doc = '{"a":2,"b":1}'""");
        Assert.Equal(merged is null ? MergeState.Conflicts : MergeState.Merged, _shop.Merge("work").State);
        if (merged is not null) Assert.Equal(merged, _shop.Ask("SELECT doc FROM papers"));
    }

    [Fact]
    public void A_branch_that_goes_on_after_its_rows_got_new_keys_still_means_its_own_rows()
    {
        _shop.Write("CREATE TABLE o (id INTEGER PRIMARY KEY, v TEXT, n INT); CREATE TABLE l (id TEXT PRIMARY KEY, o INTEGER REFERENCES o)");
        _shop.Write("INSERT INTO o VALUES (1, 'a', 0)");
        _shop.Branch("work", "INSERT INTO o VALUES (2, 'work', 0); INSERT INTO l VALUES ('x', 2)");
        _shop.Write("INSERT INTO o VALUES (2, 'live', 0)");
        Assert.Equal("2>3", Keys(_shop.Merge("work")));

        // The branch changes its row 2, gives 3 to a row of its own, and refers to both; main changes the row as well, another cell.
        _shop.WriteBranch("work", "UPDATE o SET v = 'work again' WHERE id = 2; INSERT INTO o VALUES (3, 'more', 0); INSERT INTO l VALUES ('y', 2), ('z', 3)");
        _shop.Workspace.Branches.Commit(BranchName.Parse("work"), "Go on", null, CancellationToken.None);
        _shop.Write("UPDATE o SET n = 7 WHERE id = 3");
        Assert.Equal("3>4", Keys(_shop.Merge("work")));
        const string Whole = "1 a 0;2 live 0;3 work again 7;4 more 0";
        Assert.Equal(Whole, _shop.Ask("SELECT group_concat(id || ' ' || v || ' ' || n, ';') FROM (SELECT * FROM o ORDER BY id)"));
        Assert.Equal("x3 y3 z4", _shop.Ask("SELECT group_concat(id || o, ' ') FROM (SELECT * FROM l ORDER BY id)"));

        // And back: the branch takes main's numbers over.
        _shop.WriteBranch("work", "UPDATE o SET n = 5 WHERE id = 2");
        _shop.Workspace.Branches.Commit(BranchName.Parse("work"), "Once more", null, CancellationToken.None);
        _shop.Write("UPDATE o SET v = 'live again' WHERE id = 2");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Live", null, CancellationToken.None);
        var back = _shop.Workspace.Merges.Merge(new MergeRequest(BranchName.Main, BranchName.Parse("work"), false, []), CancellationToken.None);
        Assert.Equal((MergeState.Conflicts, "3 n"), (back.State, $"{back.Conflicts[0].Key[0].Value} {back.Conflicts[0].Column}"));
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Target)));
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal("1 a 0;2 live again 0;3 work again 5;4 more 0",
            _shop.AskBranch("work", "SELECT group_concat(id || ' ' || v || ' ' || n, ';') FROM (SELECT * FROM o ORDER BY id)"));
        Assert.Equal("x3 y3 z4", _shop.AskBranch("work", "SELECT group_concat(id || o, ' ') FROM (SELECT * FROM l ORDER BY id)"));

        static string Keys(MergeReport report) => string.Join(' ', report.Rekeyed.Select(c => $"{c.Before[0].Value}>{c.After}"));
    }

    [Fact]
    public void A_key_that_autoincrement_gave_away_and_took_back_is_not_given_again()
    {
        _shop.Write("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT); INSERT INTO t (v) VALUES ('a')");
        _shop.Branch("work", "INSERT INTO t (v) VALUES ('branch')");
        _shop.Write("INSERT INTO t (v) VALUES ('live'), ('gone'), ('gone'); DELETE FROM t WHERE v = 'gone'");
        Assert.Equal(5, Assert.Single(_shop.Merge("work").Rekeyed).After);
        Assert.Equal("5", _shop.Ask("SELECT seq FROM sqlite_sequence WHERE name = 't'"));

        // Nor after the table was made anew for a change of its schema.
        _shop.Write("INSERT INTO t (v) VALUES ('gone'); DELETE FROM t WHERE v = 'gone'");
        _shop.Branch("wider", "ALTER TABLE t ADD COLUMN w TEXT");
        Assert.Equal(MergeState.Merged, _shop.Merge("wider").State);
        _shop.Write("INSERT INTO t (v) VALUES ('next')");
        Assert.Equal("7", _shop.Ask("SELECT id FROM t WHERE v = 'next'"));
    }

    [Fact]
    public void A_row_that_got_a_new_key_takes_nothing_of_the_row_that_keeps_it()
    {
        _shop.Write("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
        _shop.Branch("work", "INSERT INTO t (v) VALUES ('branch')");
        _shop.Write("ALTER TABLE t ADD COLUMN w TEXT; INSERT INTO t VALUES (1, 'live', 'of live')");
        Assert.Equal(2, Assert.Single(_shop.Merge("work").Rekeyed).After);
        Assert.Equal("live of live;branch NULL", _shop.Ask("SELECT group_concat(v || ' ' || coalesce(w, 'NULL'), ';') FROM (SELECT * FROM t ORDER BY id)"));
    }

    [Fact]
    public void A_row_whose_key_has_a_null_moves_to_the_merged_columns_whole()
    {
        _shop.Write("CREATE TABLE n (a TEXT, b TEXT, c TEXT, PRIMARY KEY (a, b)); INSERT INTO n VALUES (NULL, 'w', 'gone')");
        _shop.Branch("work", "INSERT INTO n VALUES (NULL, 'x', 'y'), (NULL, 'x', 'z'); DELETE FROM n WHERE b = 'w'");
        _shop.Write("ALTER TABLE n DROP COLUMN c");
        Assert.Equal(MergeState.Merged, _shop.Merge("work").State);
        Assert.Equal("x x", _shop.Ask("SELECT group_concat(b, ' ') FROM n"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
    }

    [Fact]
    public void Rows_whose_key_has_a_null_merge_as_a_multiset()
    {
        _shop.Write("CREATE TABLE n (a TEXT, b TEXT, PRIMARY KEY (a, b)); INSERT INTO n VALUES (NULL, 'x'), (NULL, 'x'), ('k', 'y')");
        _shop.Branch("work", "INSERT INTO n VALUES (NULL, 'x'); DELETE FROM n WHERE a = 'k'");
        _shop.Write("INSERT INTO n VALUES (NULL, 'x'), (NULL, 'z')");
        Assert.Equal(MergeState.Merged, _shop.Merge("work").State);
        // Each side added one more; the same change of a number on both sides is one change.
        Assert.Equal("NULLx NULLx NULLx NULLz", _shop.Ask("SELECT group_concat(coalesce(a, 'NULL') || b, ' ') FROM (SELECT * FROM n ORDER BY b)"));
        Assert.True(_shop.Workspace.Status(CancellationToken.None).Clean);
    }

    public static TheoryData<string, string, string, string> Cascades => new()
    {
        // Action, what live did to the parent, the child after taking the target (live), and after taking the source (the branch)
        { "ON DELETE CASCADE", "DELETE FROM boss WHERE id = 2", "", "9>2 boss" },
        { "ON DELETE SET NULL", "DELETE FROM boss WHERE id = 2", "9>NULL", "9>2 boss" },
        { "ON DELETE SET DEFAULT", "DELETE FROM boss WHERE id = 2", "9>1 boss", "9>2 boss" },
        { "ON UPDATE CASCADE", "UPDATE boss SET id = 20 WHERE id = 2", "9>20 boss", "9>2 boss" },
        { "ON UPDATE SET NULL", "UPDATE boss SET id = 20 WHERE id = 2", "9>NULL", "9>2 boss" },
    };

    [Theory]
    [MemberData(nameof(Cascades))]
    public void A_delete_never_cascades_onto_rows_that_the_other_side_added(string action, string live, string target, string source)
    {
        foreach (var (take, expected) in new[] { (ResolutionKind.Target, target), (ResolutionKind.Source, source) })
        {
            using var shop = new ShopRepository();
            shop.Write($"""
                CREATE TABLE boss (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO boss VALUES (1, 'boss one'), (2, 'boss two');
                CREATE TABLE worker (id INTEGER PRIMARY KEY, boss INTEGER DEFAULT 1 REFERENCES boss {action});
                """);
            shop.Branch("work", "INSERT INTO worker VALUES (9, 2)");
            shop.Write("PRAGMA foreign_keys = ON; " + live);
            var report = shop.Merge("work");
            Assert.Equal(MergeState.Conflicts, report.State);
            var conflict = Assert.Single(report.Conflicts);
            Assert.Equal(("worker", "9"), (conflict.Table, conflict.Key[0].Value.ToString()));
            Assert.Contains("boss id=2 was", conflict.Cause, StringComparison.Ordinal);
            Assert.Contains(action, conflict.Cause, StringComparison.Ordinal);
            shop.Workspace.Merges.Resolve(new ResolveRequest(null, conflict.Id, new Resolution(take)));
            Assert.Equal(MergeState.Merged, shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
            Assert.Equal(expected, shop.Ask("""
                SELECT w.id || '>' || coalesce(w.boss, 'NULL') || CASE WHEN b.id IS NULL THEN '' ELSE ' boss' END
                FROM worker w LEFT JOIN boss b ON b.id = w.boss
                """));
            Assert.True(shop.Workspace.Status(CancellationToken.None).Clean);
        }
    }

    [Fact]
    public void Uniqueness_is_judged_by_the_collation_and_names_the_rows_of_both_sides()
    {
        _shop.Write("CREATE UNIQUE INDEX names ON customers (name COLLATE NOCASE)");
        _shop.Branch("work", "INSERT INTO customers (id, name) VALUES (7, 'EVE')");
        _shop.Write("INSERT INTO customers (id, name) VALUES (8, 'eve')");
        var report = _shop.Merge("work");
        Assert.Equal(MergeState.Refused, report.State);
        Assert.Equal(["7 source", "8 target"], Assert.Single(report.Violations).Rows.Select(r => $"{r.Key[0].Value} {r.Side}").Order(StringComparer.Ordinal));
        Assert.All(report.Violations[0].Rows, r => Assert.NotNull(r.Commit));
        Assert.Equal("0", _shop.Ask("SELECT count(*) FROM customers WHERE name = 'EVE'"));
    }

    [Fact]
    public void Unique_values_that_change_places_are_judged_at_the_end()
    {
        _shop.Branch("work", """
            UPDATE customers SET email = NULL WHERE id = 1; UPDATE customers SET email = 'ann@example.com' WHERE id = 2;
            UPDATE customers SET email = 'bob@example.com' WHERE id = 1
            """);
        Assert.Equal(MergeState.Merged, _shop.Merge("work").State);
        Assert.Equal("bob@example.com", _shop.Ask("SELECT email FROM customers WHERE id = 1"));
    }

    [Fact]
    public void A_broken_foreign_key_names_the_child_and_who_took_the_parent()
    {
        _shop.Branch("work", "INSERT INTO orders VALUES (5, 2, 1)");
        _shop.Write("DELETE FROM orders WHERE customer_id = 2; DELETE FROM customers WHERE id = 2");
        Assert.Equal(["orders 5 True source", "customers 2 False target"],
            Assert.Single(_shop.Merge("work").Violations).Rows.Select(r => $"{r.Table} {r.Key[0].Value} {r.Exists} {r.Side}"));
    }

    [Fact]
    public void A_conflict_names_the_commits_that_really_set_the_cell()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        var setBySource = _shop.Workspace.Branches.Show(BranchName.Parse("work")).Head;
        _shop.WriteBranch("work", "UPDATE customers SET balance = 1 WHERE id = 1");
        _shop.Workspace.Branches.Commit(BranchName.Parse("work"), "Elsewhere", null, CancellationToken.None);
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        var ida = new Author("Ida", "ida@example.com", AuthorKind.Human);
        var setByTarget = _shop.Workspace.Branches.Commit(BranchName.Main, "Rename", ida, CancellationToken.None);
        _shop.Write("DELETE FROM orders WHERE id = 1");
        _shop.Merge("work");
        var view = Assert.Single(_shop.Workspace.Merges.ListConflicts(null, null, 10).Conflicts);
        Assert.Equal((setBySource, setByTarget.Commit, "Ida"), (view.Source.Commit, view.Target.Commit, view.Target.Author.Name));
    }

    [Fact]
    public void Thousands_of_conflicts_are_listed_in_order_page_by_page_and_decided_in_bulk()
    {
        const int Rows = 2_345;
        _shop.Write($"""
            CREATE TABLE m (id INTEGER PRIMARY KEY, v);
            WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {Rows}) INSERT INTO m SELECT i, 0 FROM c
            """);
        _shop.Branch("work", "UPDATE m SET v = -id");
        _shop.Write("UPDATE m SET v = id");
        var report = _shop.Merge("work");
        Assert.Equal((Rows, 100), (report.ConflictCount, report.Conflicts.Count));

        _shop.Reopen();
        var (seen, after) = (new List<long>(), (string?)null);
        do
        {
            var page = _shop.Workspace.Merges.ListConflicts(null, after, 250);
            seen.AddRange(page.Conflicts.Select(c => c.Conflict.Key[0].Value.AsInteger));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(1, Rows).Select(i => (long)i), seen);
        var first = _shop.Workspace.Merges.ListConflicts(null, null, 1).Conflicts[0].Conflict.Id;
        Assert.Equal(1, _shop.Workspace.Merges.Resolve(new ResolveRequest(null, first, new Resolution(ResolutionKind.Value, Value.Text("mine")))));
        Assert.Equal(Rows - 1, Assert.Single(_shop.Workspace.Merges.Status()).Open);
        Assert.Equal(MergeState.Conflicts, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal(Rows, Assert.Single(_shop.Workspace.Merges.Status()).Conflicts);
        Assert.Equal(Rows - 1, _shop.Workspace.Merges.Resolve(new ResolveRequest(null, null, new Resolution(ResolutionKind.Source))));
        Assert.Equal(MergeState.Merged, _shop.Workspace.Merges.Continue(null, CancellationToken.None).State);
        Assert.Equal($"mine {Rows - 1}", _shop.Ask("SELECT (SELECT v FROM m WHERE id = 1) || ' ' || count(*) FROM m WHERE v = -id"));
        Assert.Empty(_shop.Workspace.Merges.Status());
    }

    [Fact]
    public void Both_rows_can_be_kept_where_both_sides_added_one_under_a_plain_integer_key()
    {
        _shop.Write("CREATE TABLE p (id INT PRIMARY KEY, v TEXT)");
        _shop.Branch("work", "INSERT INTO p VALUES (1, 'source')");
        _shop.Write("INSERT INTO p VALUES (1, 'target')");
        var conflict = Assert.Single(_shop.Merge("work").Conflicts);
        Assert.True(conflict.CanTakeBoth);
        _shop.Workspace.Merges.Resolve(new ResolveRequest(null, conflict.Id, new Resolution(ResolutionKind.Both)));
        var report = _shop.Workspace.Merges.Continue(null, CancellationToken.None);
        Assert.Equal((MergeState.Merged, 2), (report.State, Assert.Single(report.Rekeyed).After));
        Assert.Equal("1target 2source", _shop.Ask("SELECT group_concat(id || v, ' ') FROM p"));
    }

    [Theory]
    [InlineData("customers.balance: sideways", "config.invalid|policy.invalid")]
    [InlineData("customers.age: delta", "policy.no-column")]
    [InlineData("people.balance: delta", "policy.no-table")]
    [InlineData("customers.balance: rekey", "policy.no-key")]
    public void A_policy_that_cannot_apply_is_refused_with_its_line(string line, string codes)
    {
        var config = Path.Combine(_shop.Folder, ".db-version-control", "config.yaml");
        File.WriteAllText(config, $"merge:\n  policies:\n    {line}\n");
        _shop.Branch("work", "UPDATE customers SET balance = 1");
        _shop.Reopen();
        var failure = Assert.Throws<DbVcException>(() => _shop.Merge("work"));
        Assert.Contains(failure.Code, codes.Split('|'));
        Assert.Equal((FailureKind.Usage, $"{config}:3"), (failure.Kind, failure.Where));
    }

    [Fact]
    public void A_merge_whose_branch_is_gone_says_so_and_can_be_dropped()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        _shop.Merge("work");
        var head = _shop.Workspace.Branches.Show(BranchName.Parse("work")).Head;
        using (var store = RepositoryStore.Open(Path.Combine(_shop.Folder, ".db-version-control")))
        using (var transaction = store.Begin())
        {
            Assert.True(transaction.MoveRef("heads/work", head.Hash, null));
            transaction.Commit();
        }

        var failure = Assert.Throws<DbVcException>(() => _shop.Workspace.Merges.Continue(null, CancellationToken.None));
        Assert.Equal("merge.branch-gone", failure.Code);
        Assert.Contains("merge abort", failure.Hint, StringComparison.Ordinal);
        _shop.Workspace.Merges.Abort(null);
        Assert.Empty(_shop.Workspace.Merges.Status());
    }

    [Fact]
    public void A_merge_cannot_be_started_twice_nor_its_branch_deleted_while_it_is_open()
    {
        _shop.Branch("work", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _shop.Write("UPDATE customers SET name = 'Anke' WHERE id = 1");
        _shop.Merge("work");
        Assert.Equal("merge.open", Assert.Throws<DbVcException>(() => _shop.Merge("work")).Code);
        Assert.Equal("branch.merging", Assert.Throws<DbVcException>(() => _shop.Workspace.Branches.Delete(BranchName.Parse("work"))).Code);
        Assert.Equal("merge.itself", Assert.Throws<DbVcException>(() => _shop.Workspace.Merges.Merge(
            new MergeRequest(BranchName.Main, BranchName.Main, false, []), CancellationToken.None)).Code);
        _shop.Workspace.Merges.Abort(null);
        _shop.Workspace.Branches.Delete(BranchName.Parse("work"));
    }
}
