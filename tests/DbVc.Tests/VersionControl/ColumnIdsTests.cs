using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class ColumnIdsTests
{
    [Fact]
    public void Ids_are_the_same_every_time_and_do_not_depend_on_order_or_case()
    {
        var ids = Ids(ColumnIds.Assign(Table("users", "id", "name", "age"), null));
        Assert.Equal(ids, Ids(ColumnIds.Assign(Table("Users", "AGE", "id", "Name"), null)));
        Assert.Equal((1223, 1859, 1451), (ids["id"], ids["name"], ids["age"]));
        Assert.NotEqual(ids["id"], Ids(ColumnIds.Assign(Table("orders", "id"), null))["id"]);
    }

    [Fact]
    public void A_column_keeps_its_id_and_a_new_one_gets_none_that_was_just_dropped()
    {
        var old = Table("t", "a", "b");
        old = old with { Columns = [old.Columns[0] with { Id = 17 }, old.Columns[1] with { Id = ColumnIds.Assign(Table("t", "c"), null).Columns[0].Id }] };
        var next = ColumnIds.Assign(Table("t", "c", "A"), old);
        Assert.Equal(17, next.FindColumn("a")!.Id);
        Assert.Equal(old.Columns[1].Id + 1, next.FindColumn("c")!.Id);
    }

    [Theory]
    [InlineData(1_024, 2_047)]
    [InlineData(1_025, 65_535)]
    [InlineData(5_000, 65_535)]
    public void Wide_tables_get_ids_that_are_all_different(int columns, int highest)
    {
        var ids = ColumnIds.Assign(Table("wide", Enumerable.Range(0, columns).Select(i => "c" + i).ToArray()), null).Columns.Select(c => c.Id).ToArray();
        Assert.Equal(columns, ids.Distinct().Count());
        Assert.InRange(ids.Min(), 1, highest);
        Assert.InRange(ids.Max(), highest / 2, highest);
    }

    private static TableSchema Table(string name, params string[] columns) =>
        new() { Name = name, Columns = columns.Select(c => new Column { Id = 0, Name = c }).ToArray(), PrimaryKey = [], Sql = "" };

    private static Dictionary<string, int> Ids(TableSchema table) => table.Columns.ToDictionary(c => c.Name.ToLowerInvariant(), c => c.Id);
}
