using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Loading into a table that has some of the rows.</summary>
public abstract partial class DatabaseConformance
{
    private const string ItemsSql =
        """
        CREATE TABLE audit (note VARCHAR(40));
        CREATE TABLE items (sku VARCHAR(20) NOT NULL, part INTEGER NOT NULL, name VARCHAR(40), price DECIMAL(10, 2), note VARCHAR(40) DEFAULT 'new',
            PRIMARY KEY (sku, part), UNIQUE (name));
        INSERT INTO items VALUES ('a', 1, 'one', 1.50, 'kept'), ('a', 2, 'two', 2.00, 'kept'), ('b', 1, NULL, NULL, 'kept');
        """;

    private static readonly System.Globalization.CultureInfo Plain = System.Globalization.CultureInfo.InvariantCulture;

    [Fact]
    public void A_row_that_is_there_is_replaced_and_what_is_not_loaded_stays()
    {
        using var database = Fixture.NewDatabase(ItemsSql + Fixture.AuditTrigger("items"), out _);
        Assert.Empty(LoadItems(database, ExistingRow.Replace, "a 1 one 1.50", "a 2 Two 2.5", "b 1 bee -", "c 1 see 4"));
        Assert.Equal(["a 1 one 1.50 kept", "a 2 Two 2.50 kept", "b 1 bee - kept", "c 1 see 4.00 new"], Items(database));

        // The one that is the same already was left alone.
        Assert.Equal(["INSERT", "UPDATE", "UPDATE"], DatabaseContent.Read(database).Rows["audit"].Select(r => r[0].AsText).Order());
        Assert.Empty(LoadItems(database, ExistingRow.Replace, "a 2 Two 2.5", "c 1 see 4"));
        Assert.Equal(3, DatabaseContent.Read(database).Rows["audit"].Count);
    }

    [Fact]
    public void A_row_that_is_there_is_kept()
    {
        using var database = Fixture.NewDatabase(ItemsSql, out _);
        Assert.Empty(LoadItems(database, ExistingRow.Keep, "a 1 uno 9", "c 1 see 4", "c 1 again 5"));
        Assert.Equal(["a 1 one 1.50 kept", "a 2 two 2.00 kept", "b 1 - - kept", "c 1 see 4.00 new"], Items(database));
    }

    [Fact]
    public void Of_rows_with_one_key_the_last_replaces_the_others_within_a_flush_and_after_it()
    {
        using var database = Fixture.NewDatabase(ItemsSql, out _);
        Assert.Empty(LoadItems(database, ExistingRow.Replace, "c 1 x 1", "a 1 y 1", "c 1 z 2", "", "a 1 w 3", "c 1 v 4", "c 1 u 5"));
        Assert.Equal(["a 1 w 3.00 kept", "a 2 two 2.00 kept", "b 1 - - kept", "c 1 u 5.00 new"], Items(database));
    }

    [Theory]
    [InlineData(ExistingRow.Replace)]
    [InlineData(ExistingRow.Keep)]
    public void Only_rows_that_break_another_constraint_are_refused(ExistingRow existing)
    {
        using var database = Fixture.NewDatabase(ItemsSql, out _);

        // A name that another row has is no reason to take that row for the one that is meant.
        Assert.Equal([1, 4], LoadItems(database, existing, "c 1 see 1", "c 2 two 2", "c 3 three 3", "c 4 - -", "d 1 one 5", "d 2 dee 6"));
        Assert.Equal(["a 1 one 1.50 kept", "a 2 two 2.00 kept", "b 1 - - kept", "c 1 see 1.00 new", "c 3 three 3.00 new", "c 4 - - new", "d 2 dee 6.00 new"],
            Items(database));
    }

    [Fact]
    public void Texts_that_a_collation_takes_for_equal_are_told_apart()
    {
        using var database = Fixture.NewDatabase(ItemsSql, out _);
        Assert.Empty(LoadItems(database, ExistingRow.Replace, "a 1 ONE 1.50", "a 2 Two 2"));
        Assert.Equal(["a 1 ONE 1.50 kept", "a 2 Two 2.00 kept", "b 1 - - kept"], Items(database));
    }

    [Fact]
    public void A_load_that_empties_the_table_leaves_only_its_own_rows_or_the_old_ones()
    {
        using var database = Fixture.NewDatabase(ItemsSql, out _);
        using (var load = database.BeginLoad(ItemsTable(database), Short, LoadOptions.Default with { Empties = true })) SetItem(load, "z 1 zed 1");
        Assert.Equal(3, Items(database).Count);
        using (var load = database.BeginLoad(ItemsTable(database), Short, LoadOptions.Default with { Empties = true }))
        {
            SetItem(load, "a 2 two 2");
            SetItem(load, "a 2 deux 2");
            Assert.Equal(1, Assert.Single(load.Flush()).Row);
            load.Commit();
        }

        Assert.Equal(["a 2 two 2.00 new"], Items(database));
    }

    [Theory]
    [InlineData(ExistingRow.Replace)]
    [InlineData(ExistingRow.Keep)]
    public void A_load_over_existing_rows_that_is_given_up_leaves_them(ExistingRow existing)
    {
        using var database = Fixture.NewDatabase(ItemsSql, out _);
        using (var load = database.BeginLoad(ItemsTable(database), Short, LoadOptions.Default with { Existing = existing }))
        {
            for (var i = 0; i < 5_000; i++) SetItem(load, $"a {i} name{i} {i}");
            Assert.Empty(load.Flush());
        }

        Assert.Equal(["a 1 one 1.50 kept", "a 2 two 2.00 kept", "b 1 - - kept"], Items(database));
    }

    /// <summary>The table without the column that no row brings.</summary>
    private static TableSchema ItemsTable(IDatabase database)
    {
        var table = DatabaseContent.Read(database).Schema.FindTable("items")!;
        return table with { Columns = [.. table.Columns.Where(c => c.Name != "note")] };
    }

    /// <summary>Loads rows, an empty one flushes; returns the numbers of those that were refused.</summary>
    private static List<int> LoadItems(IDatabase database, ExistingRow existing, params string[] rows)
    {
        using var load = database.BeginLoad(ItemsTable(database), Short, LoadOptions.Default with { Existing = existing });
        var refused = new List<int>();
        foreach (var row in rows)
        {
            if (row.Length == 0) refused.AddRange(load.Flush().Select(r => r.Row));
            else SetItem(load, row);
        }

        refused.AddRange(load.Flush().Select(r => r.Row));
        load.Commit();
        return refused;
    }

    private static void SetItem(IBulkLoad load, string row)
    {
        var cells = row.Split(' ');
        load.SetText(0, System.Text.Encoding.UTF8.GetBytes(cells[0]));
        load.SetInteger(1, int.Parse(cells[1], Plain));
        for (var i = 2; i < 4; i++)
        {
            if (cells[i] == "-") load.SetNull(i);
            else load.SetText(i, System.Text.Encoding.UTF8.GetBytes(cells[i]));
        }

        load.Insert();
    }

    /// <summary>SQLite keeps a decimal as a number, without zeros at its end.</summary>
    private static List<string> Items(IDatabase database) =>
    [
        .. DatabaseContent.Read(database).Rows["items"].Select(row => string.Join(' ', row.Select((value, i) => value.IsNull ? "-"
            : i == 3 ? decimal.Parse(value.ToString(), Plain).ToString("0.00", Plain)
            : value.Kind == ValueKind.Text ? value.AsText : value.ToString()))).Order(StringComparer.Ordinal),
    ];
}
