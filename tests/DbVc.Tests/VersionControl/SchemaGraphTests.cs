using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Changes of definitions in histories that met before.</summary>
public sealed class SchemaGraphTests : IDisposable
{
    private const string Start = """
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);
        INSERT INTO people VALUES (1, 'Ann', 30), (2, 'Bob', 40)
        """;

    private readonly SqlGraph _graph = new();

    /// <summary>What each side of a criss-cross did, and did afterwards.</summary>
    public static TheoryData<string, string, string, string, string, string> CrissCrosses => new()
    {
        // Columns added on both sides; their rows go on.
        {
            "ALTER TABLE people ADD COLUMN city TEXT; UPDATE people SET city = 'Bern' WHERE id = 1",
            "ALTER TABLE people ADD COLUMN mail TEXT; UPDATE people SET mail = 'b@x' WHERE id = 2",
            "UPDATE people SET city = 'Rome' WHERE id = 1", "UPDATE people SET mail = 'c@x' WHERE id = 2",
            "SELECT id, name, age, city, mail FROM people", "1,Ann,30,Rome,- 2,Bob,40,-,c@x"
        },
        // A rename here, another there.
        {
            "ALTER TABLE people RENAME COLUMN age TO years", "ALTER TABLE people RENAME COLUMN name TO called",
            "UPDATE people SET years = 31 WHERE id = 1", "UPDATE people SET called = 'Bo' WHERE id = 2",
            "SELECT id, called, years FROM people", "1,Ann,31 2,Bo,40"
        },
        // Dropped here, added there; then it is dropped as well.
        {
            "ALTER TABLE people DROP COLUMN age", "ALTER TABLE people ADD COLUMN mail TEXT DEFAULT 'none'",
            "UPDATE people SET name = 'Anna' WHERE id = 1", "ALTER TABLE people DROP COLUMN mail",
            "SELECT * FROM people", "1,Anna 2,Bob"
        },
        // One side takes its rename back.
        {
            "ALTER TABLE people RENAME COLUMN age TO years", "CREATE INDEX by_name ON people (name)",
            "ALTER TABLE people RENAME COLUMN years TO age", "UPDATE people SET name = 'Bo' WHERE id = 2",
            "SELECT id, name, age FROM people", "1,Ann,30 2,Bo,40"
        },
        // A table's name, and a new table that refers to it.
        {
            "ALTER TABLE people RENAME TO persons", "CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER REFERENCES people (id))",
            "UPDATE persons SET age = 31 WHERE id = 1", "INSERT INTO pets VALUES (1, 2)",
            "SELECT persons.id, age, pets.id FROM persons LEFT JOIN pets ON owner = persons.id", "1,31,- 2,40,1"
        },
    };

    public void Dispose() => _graph.Dispose();

    [Theory]
    [MemberData(nameof(CrissCrosses))]
    public void A_criss_cross_with_changed_definitions_merges_like_any_other(
        string left, string right, string leftLater, string rightLater, string query, string rows)
    {
        //  o --- a --- m1 --- t
        //   \     \   /
        //    \      X
        //     \   /   \
        //       b --- m2 --- s
        var o = _graph.Commit(Start);
        var (a, b) = (_graph.Commit(left, o), _graph.Commit(right, o));
        var (m1, m2) = (_graph.Merge(b, a), _graph.Merge(a, b));
        var (t, s) = (_graph.Commit(leftLater, m1), _graph.Commit(rightLater, m2));
        Assert.Equal("", _graph.Conflicts(s, t));
        Assert.Equal(rows, _graph.Ask(_graph.Merge(s, t), query));
        Assert.Equal(rows, _graph.Ask(_graph.Merge(t, s), query));
    }

    [Fact]
    public void A_branch_goes_on_with_its_old_keys_after_main_renamed_the_table()
    {
        //  o --- t1 --- m1 --- t2 (renamed) --- m2
        //   \          /                       /
        //     --- s1 ------------ s2 ---------
        var o = _graph.Commit("""
            CREATE TABLE shops (id INTEGER PRIMARY KEY, city TEXT);
            CREATE TABLE sales (nr INTEGER PRIMARY KEY, shop INTEGER REFERENCES shops (id), what TEXT);
            """);
        var t1 = _graph.Commit("INSERT INTO shops VALUES (1, 'Bern')", o);
        var s1 = _graph.Commit("INSERT INTO shops VALUES (1, 'Rome'); INSERT INTO sales VALUES (7, 1, 'ink')", o);
        var m1 = _graph.Merge(s1, t1);
        Assert.Equal("7,Rome", _graph.Ask(m1, "SELECT nr, city FROM sales JOIN shops ON shop = id"));
        var t2 = _graph.Commit("ALTER TABLE shops RENAME TO stores; ALTER TABLE sales RENAME COLUMN shop TO store", m1);
        var t3 = _graph.Commit("ALTER TABLE stores RENAME COLUMN id TO nr", t2);
        var s2 = _graph.Commit("UPDATE shops SET city = 'Roma' WHERE id = 1; INSERT INTO sales VALUES (8, 1, 'pen')", s1);
        foreach (var (source, target) in new[] { (s2, t3), (t3, s2) })
        {
            var merged = _graph.Merge(source, target);
            Assert.Equal("1,Bern 2,Roma", _graph.Ask(merged, "SELECT nr, city FROM stores"));
            Assert.Equal("7,2 8,2", _graph.Ask(merged, "SELECT nr, store FROM sales"));
        }
    }

    [Fact]
    public void The_latest_change_of_a_cell_is_found_over_renames()
    {
        //  o -- t1 (cell) -- t2 (renames)
        //   \
        //     -- s1 (cell)
        var o = _graph.Commit(Start);
        var t1 = _graph.Commit("UPDATE people SET age = 31 WHERE id = 1", o);
        var s1 = _graph.Commit("UPDATE people SET age = 99 WHERE id = 1", o);
        var t2 = _graph.Commit("ALTER TABLE people RENAME TO persons", t1);
        var t3 = _graph.Commit("ALTER TABLE persons RENAME COLUMN age TO years", t2);
        foreach (var policy in new[] { "people.age=latest", "persons.years=latest" })
        {
            Assert.Equal("99", _graph.Ask(_graph.Merge(s1, t3, policy), "SELECT years FROM persons WHERE id = 1"));
            Assert.Equal("99", _graph.Ask(_graph.Merge(t3, s1, policy), "SELECT years FROM persons WHERE id = 1"));
        }
    }

    [Fact]
    public void A_row_that_was_cherry_picked_is_one_row_whatever_its_table_is_called()
    {
        var o = _graph.Commit(Start);
        var t1 = _graph.Commit("INSERT INTO people VALUES (3, 'Cid', 50)", o);
        var picked = _graph.Repeat("INSERT INTO people VALUES (3, 'Cid', 50)", t1, o);
        var t2 = _graph.Commit("ALTER TABLE people RENAME TO persons", t1);
        Assert.Equal("1 2 3", _graph.Ask(_graph.Merge(picked, t2), "SELECT id FROM persons"));
        Assert.Equal("1 2 3", _graph.Ask(_graph.Merge(t2, picked), "SELECT id FROM persons"));
    }

    /// <summary>Two branches add different columns that get the same id, and are merged again and again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Columns_that_got_the_same_id_stay_two(bool isLeftFirst)
    {
        var (x, y) = Colliding();
        var o = _graph.Commit(Start);
        var a = _graph.Commit($"ALTER TABLE people ADD COLUMN {x} TEXT; UPDATE people SET {x} = 'x' || id", o);
        var b = _graph.Commit($"ALTER TABLE people ADD COLUMN {y} TEXT", o);
        var m1 = isLeftFirst ? _graph.Merge(a, b) : _graph.Merge(b, a);
        var query = $"SELECT id, {x}, {y} FROM people";
        Assert.Equal("1,x1,- 2,x2,-", _graph.Ask(m1, query));

        // Each branch goes on with its own columns, and main with both.
        var b2 = _graph.Commit($"UPDATE people SET {y} = 'y1' WHERE id = 1", b);
        var a2 = _graph.Commit($"UPDATE people SET {x} = 'X2' WHERE id = 2", a);
        var t = _graph.Commit($"INSERT INTO people (id, name, {x}, {y}) VALUES (3, 'Cid', 'x3', 'y3')", m1);
        var m2 = _graph.Merge(b2, t);
        Assert.Equal("1,x1,y1 2,x2,- 3,x3,y3", _graph.Ask(m2, query));
        var m3 = _graph.Merge(a2, m2);
        Assert.Equal("1,x1,y1 2,X2,- 3,x3,y3", _graph.Ask(m3, query));
        var b3 = _graph.Merge(m3, b2);
        Assert.Equal("1,x1,y1 2,X2,- 3,x3,y3", _graph.Ask(b3, query));

        // The criss-cross where both merges gave the id to another one of them.
        var cross = _graph.Merge(_graph.Merge(a2, b2), _graph.Merge(b2, a2));
        Assert.Equal("1,x1,y1 2,X2,-", _graph.Ask(cross, query));
        Assert.Equal("1,x1,y1 2,X2,- 3,x3,y3", _graph.Ask(_graph.Merge(cross, m3), query));
    }

    [Fact]
    public void A_column_that_got_the_id_of_a_dropped_one_is_no_rename()
    {
        var (x, y) = Colliding();
        var o = _graph.Commit($"{Start}; ALTER TABLE people ADD COLUMN {x} TEXT; UPDATE people SET {x} = 'x' || id");
        var dropped = _graph.Commit($"ALTER TABLE people DROP COLUMN {x}", o);
        var added = _graph.Commit($"ALTER TABLE people ADD COLUMN {y} TEXT", dropped);
        Assert.Equal(_graph.Read(o).FindTable("people")!.Schema.FindColumn(x)!.Id, _graph.Read(added).FindTable("people")!.Schema.FindColumn(y)!.Id);
        var edited = _graph.Commit($"UPDATE people SET {x} = 'mine' WHERE id = 1", o);
        Assert.StartsWith("Schema people", _graph.Conflicts(edited, added), StringComparison.Ordinal);
        var other = _graph.Commit("UPDATE people SET age = 31 WHERE id = 1", o);
        Assert.Equal("1,Ann,31,- 2,Bob,40,-", _graph.Ask(_graph.Merge(other, added), "SELECT * FROM people"));
    }

    [Fact]
    public void A_new_column_under_the_name_of_a_renamed_one_is_another_one()
    {
        var o = _graph.Commit(Start);
        var renamed = _graph.Commit("ALTER TABLE people RENAME COLUMN age TO years", o);
        var again = _graph.Commit("ALTER TABLE people ADD COLUMN age INTEGER; UPDATE people SET age = 7", renamed);
        var edited = _graph.Commit("UPDATE people SET age = 31 WHERE id = 1", o);
        foreach (var merged in new[] { _graph.Merge(edited, again), _graph.Merge(again, edited) })
        {
            Assert.Equal("1,31,7 2,40,7", _graph.Ask(merged, "SELECT id, years, age FROM people"));
        }
    }

    private static (string One, string Other) Colliding()
    {
        var known = new Dictionary<int, string>();
        for (var i = 0; ; i++)
        {
            var name = "c" + i;
            var column = new Column { Id = 0, Name = name };
            var id = ColumnIds.Assign(new TableSchema { Name = "people", Columns = [column], PrimaryKey = [], Sql = "" }, null).Columns[0].Id;
            if (!known.TryAdd(id, name)) return (known[id], name);
        }
    }
}
