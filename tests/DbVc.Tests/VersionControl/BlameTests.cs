using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class BlameTests : IDisposable
{
    private readonly CommitStories _story = new();

    public void Dispose() => _story.Dispose();

    /// <summary>Each case: a story, and for its last commit who gave each cell (id, name, age) its value.</summary>
    [Theory]
    [InlineData("a: | 1:ann,30 2:bob,40 \n b: a | 1:ann,31 2:bob,40", "1:a,a,b 2:a,a,a")]
    [InlineData("a: | 1:ann,30 \n b: a | 1:anna,30 \n c: a | 1:ann,31 \n d: b c | 1:anna,31", "1:a,b,c")]
    // The merge computed the age itself: neither side had it.
    [InlineData("a: | 1:ann,30 \n b: a | 1:ann,31 \n c: a | 1:ann,35 \n d: b c | 1:ann,36", "1:a,a,d")]
    // Both made the same change: the first parent's commit.
    [InlineData("a: | 1:ann,30 \n b: a | 1:ann,31 \n c: a | 1:ann,31 \n d: b c | 1:ann,31", "1:a,a,b")]
    // Changed and changed back: the value is the later commit's.
    [InlineData("a: | 1:ann,30 \n b: a | 1:ann,31 \n c: b | 1:ann,30", "1:a,a,c")]
    // Deleted and added again with the same value.
    [InlineData("a: | 1:ann,30 2:bob,1 \n b: a | 2:bob,1 \n c: b | 1:ann,30 2:bob,1", "1:c,c,c 2:a,a,a")]
    // The key changed: what stands behind it is older.
    [InlineData("a: | 1:ann,30 2:bob,1 \n b: a | 2:bob,1 7:ann,30 \n c: b | 2:bob,1 7:ann,31", "2:a,a,a 7:b,a,c")]
    // A row came from the second parent, criss-cross behind it.
    [InlineData("a: | 1:ann,30 \n b: a | 1:ann,30 2:bob,1 \n c: a | 1:ann,30 3:cid,1 \n d: b c | 1:ann,30 2:bob,1 3:cid,1 \n "
        + "e: c b | 1:ann,30 2:bob,1 3:cid,1 \n f: d | 1:ann,30 2:bob,2 3:cid,1 \n g: e | 1:ann,9 2:bob,1 3:cid,1 \n h: f g | 1:ann,9 2:bob,2 3:cid,1",
        "1:a,a,g 2:b,b,f 3:c,c,c")]
    public void Each_cell_names_its_author(string story, string expected)
    {
        _story.Tell(story);
        var last = _story.Repository.Head(BranchName.Main);
        Assert.Equal(expected, Show(new Blame(_story.Repository, last, "people", null, null)));

        // One row at a time, and one column at a time, say the same.
        foreach (var row in new Blame(_story.Repository, last, "people", null, null).Rows().ToList())
        {
            Assert.Contains(Show(new Blame(_story.Repository, last, "people", null, [row.Key])), expected, StringComparison.Ordinal);
        }

        for (var column = 0; column < 3; column++)
        {
            var id = MergeTables.People.Columns[column].Id;
            var byColumn = new Blame(_story.Repository, last, "people", [id], null).Rows().Select(r => _story.NameOf(r.Commits.Single()));
            Assert.Equal(expected.Split(' ').Select(r => r.Split(':', ',')[column + 1]), byColumn);
        }
    }

    [Fact]
    public void A_computed_cell_names_both_contributors()
    {
        _story.Tell("a: | 1:ann,30 2:bob,1 \n b: a | 1:ann,31 2:bob,1 \n c: a | 1:ann,35 2:bob,1 \n d: b c | 1:ann,36 2:bob,1 \n e: d | 1:anna,36 2:bob,1");
        var blame = new Blame(_story.Repository, _story["e"], "people", null, null);
        var ann = blame.Rows().First();
        Assert.Equal(["a", "e", "d"], ann.Commits.Select(_story.NameOf));
        Assert.Equal(["b", "c"], blame.Contributors(ann, 2).Select(_story.NameOf));
        Assert.Empty(blame.Contributors(ann, 1));
    }

    [Fact]
    public void A_new_column_belongs_to_the_commit_that_brought_it()
    {
        _story.Tell("a: | 1:ann,30 2:bob,40 \n b: a | 1:ann,31 2:bob,40");
        var wide = MergeTables.People with
        {
            Columns = [.. MergeTables.People.Columns, new Column { Id = 999, Name = "city" }],
            Sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, city)",
        };
        var c = _story.Add("c", ["b"], chunks => MergeTables.WriteTable(chunks, wide,
        [
            [Value.Integer(1), Value.Text("ann"), Value.Integer(31), Value.Null],
            [Value.Integer(2), Value.Text("bob"), Value.Integer(41), Value.Text("Bonn")],
        ]));
        Assert.Equal("1:a,a,b,c 2:a,a,c,c", Show(new Blame(_story.Repository, c, "people", null, null)));
    }

    /// <summary>Random histories, against asking for each cell alone whether a parent has the same value.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void It_is_what_asking_cell_by_cell_gives(int seed)
    {
        var random = new Random(seed);
        var contents = new Dictionary<string, SortedDictionary<int, (string Name, int Age)>> { ["n0"] = new() { [1] = ("p", 1), [2] = ("q", 2) } };
        var parents = new Dictionary<string, string[]> { ["n0"] = [] };
        _story.Tell($"n0: | {Write(contents["n0"])}");
        for (var i = 1; i < 60; i++)
        {
            var name = $"n{i}";
            string[] from = [.. Enumerable.Range(0, random.Next(3) == 0 ? 2 : 1).Select(_ => $"n{random.Next(Math.Max(0, i - 4), i)}").Distinct()];
            var rows = new SortedDictionary<int, (string Name, int Age)>(contents[from[^1]]);
            foreach (var (key, row) in contents[from[0]].Where(_ => random.Next(2) == 0)) rows[key] = row;
            for (var change = random.Next(3); change > 0; change--)
            {
                // Ages never repeat, so that no row is taken for another that moved.
                var key = random.Next(1, 9);
                if (random.Next(4) == 0) rows.Remove(key);
                else rows[key] = ($"w{random.Next(3)}", random.Next(2) == 0 && rows.TryGetValue(key, out var old) ? old.Age : (i * 10) + change);
            }

            (contents[name], parents[name]) = (rows, from);
            _story.Tell($"{name}: {string.Join(' ', from)} | {Write(rows)}");
        }

        foreach (var name in new[] { "n30", "n59" })
        {
            var expected = contents[name].Select(r => $"{r.Key}:{Author(name, r.Key, _ => 0)},"
                + $"{Author(name, r.Key, row => row.Name)},{Author(name, r.Key, row => row.Age)}");
            Assert.Equal($"seed {seed} {name} {string.Join(' ', expected)}",
                $"seed {seed} {name} {Show(new Blame(_story.Repository, _story[name], "people", null, null))}");
        }

        string Author(string at, int key, Func<(string Name, int Age), object> cell)
        {
            var parent = parents[at].FirstOrDefault(p => contents[p].TryGetValue(key, out var there) && cell(there).Equals(cell(contents[at][key])));
            return parent is null ? at : Author(parent, key, cell);
        }
    }

    [Fact]
    public void The_history_of_a_row_tells_each_version_and_leaves_out_merges_that_took_it_from_a_parent()
    {
        _story.Tell("""
            a: | 1:ann,30 2:bob,1
            b: a | 1:ann,31 2:bob,1
            c: a | 1:anna,30 2:bob,1
            d: b c | 1:anna,31 2:bob,1
            e: d | 2:bob,1 7:anna,31
            f: e | 2:bob,2 7:anna,31
            g: f | 2:bob,2
            """);
        var key = new TableEncoder(MergeTables.People).EncodeKey([Value.Integer(7)]);
        var versions = new RowHistory(_story.Repository).Versions(_story["g"], "people", key);
        Assert.Equal(["g Deleted -", "e Moved 7 anna 31", "d Modified 1 anna 31", "c Modified 1 anna 30", "b Modified 1 ann 31", "a Added 1 ann 30"],
            versions.Select(v => $"{_story.NameOf(v.Commit.Id)} {v.Kind} {(v.Row is null ? "-" : string.Join(' ', v.Row))}"));
    }

    private string Show(Blame blame) =>
        string.Join(' ', blame.Rows().Select(row => $"{row.Values[0]}:{string.Join(',', row.Commits.Select(_story.NameOf))}"));

    private static string Write(SortedDictionary<int, (string Name, int Age)> rows) =>
        string.Join(' ', rows.Select(r => $"{r.Key}:{r.Value.Name},{r.Value.Age}"));
}
