using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>What comments hang on: what is no place, and when a place is not what it was any more.</summary>
public sealed class RequestPlaceTests : IDisposable
{
    private const string Code = "one\ntwo\nthree\nfour\n";
    private static readonly BranchName s_mend = BranchName.Parse("mend");
    private readonly ShopRepository _shop = new();

    public RequestPlaceTests()
    {
        _shop.Branch("mend", """
            UPDATE customers SET balance = 60 WHERE id = 1;
            CREATE TABLE prices (item TEXT, place TEXT, amount REAL, PRIMARY KEY (item, place));
            INSERT INTO prices VALUES ('bolt', 'north, east', 1.5);
            """);
        Write(Code);
        _shop.Workspace.Requests.Open(new RequestOpening(s_mend, BranchName.Main, "Work", null), default);
    }

    public void Dispose() => _shop.Dispose();

    public static TheoryData<string, string?, bool, int?> Lines => new()
    {
        { "nothing was changed", Code, false, 3 },
        { "another line was changed", "one\nTWO\nthree\nfour\n", false, 3 },
        { "the line was changed", "one\ntwo\nTHREE\nfour\n", true, null },
        { "lines came before it", "zero\nnull\none\ntwo\nthree\nfour\n", false, 5 },
        { "a line before it went", "two\nthree\nfour\n", false, 2 },
        { "lines came after it", "one\ntwo\nthree\nfour\nfive\n", false, 3 },
        { "the line went", "one\ntwo\nfour\n", true, null },
        { "it went with its neighbours", "one\n", true, null },
        { "a line before it became several", "one\nTWO\nand more\nthree\nfour\n", false, 4 },
        { "the file went", null, true, null },
    };

    public static TheoryData<string, string, bool, bool> Rows => new()
    {
        { "nothing was changed", "UPDATE customers SET balance = 60 WHERE id = 1", false, false },
        { "another row was changed", "UPDATE customers SET balance = 1 WHERE id = 2", false, false },
        { "the cell was changed", "UPDATE customers SET balance = 61 WHERE id = 1", true, true },
        { "another cell of the row was changed", "UPDATE customers SET name = 'Anna' WHERE id = 1", true, false },
        { "the row went", "DELETE FROM orders WHERE customer_id = 1; DELETE FROM customers WHERE id = 1", true, true },
        { "the row got another key", "DELETE FROM orders; UPDATE customers SET id = 9 WHERE id = 1", true, true },
        { "a column came", "ALTER TABLE customers ADD COLUMN note TEXT", false, false },
        { "the column got another name", "ALTER TABLE customers RENAME COLUMN balance TO saldo", false, false },
        { "the column went", "DROP VIEW rich; ALTER TABLE customers DROP COLUMN balance", true, true },
        { "the table got another name", "DROP VIEW rich; ALTER TABLE customers RENAME TO clients", false, false },
        { "the table went", "DROP VIEW rich; DROP TRIGGER log_customer; DROP TABLE orders; DROP TABLE customers", true, true },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_comment_on_a_line_is_outdated_once_that_line_is_another(string what, string? next, bool isOutdated, int? now)
    {
        Assert.NotEmpty(what);
        Comment(new RequestComment(1, "Why?") { File = "generated/Ingestion.cs", Line = 3 });
        Comment(new RequestComment(1, "Whole") { File = "pipelines/mend/generated/Ingestion.cs" });
        Write(next);
        var places = Places();
        Assert.Equal(("pipelines/mend/generated/Ingestion.cs", 3, now, isOutdated), (places[0].File, places[0].Line, places[0].LineNow, places[0].IsOutdated));
        Assert.Equal(next != Code, places[1].IsOutdated);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_comment_on_a_row_or_a_cell_is_outdated_once_that_is_another(string what, string sql, bool isRowOutdated, bool isCellOutdated)
    {
        Assert.NotEmpty(what);
        Comment(new RequestComment(1, "Row") { Table = "Customers", Key = "1" });
        Comment(new RequestComment(1, "Cell") { Table = "customers", Key = "1", Column = "BALANCE" });
        Assert.All(Places(), p => Assert.False(p.IsOutdated));
        _shop.WriteBranch("mend", sql);
        _shop.Workspace.Branches.Commit(s_mend, "Next", null, default);
        var places = Places();
        Assert.Equal((isRowOutdated, isCellOutdated), (places[0].IsOutdated, places[1].IsOutdated));
        Assert.Equal(("customers", "id", "1", "balance"),
            (places[1].Table, places[1].Key.Single().Name, places[1].Key.Single().Value.ToString(), places[1].Column));
    }

    [Fact]
    public void A_key_of_several_parts_is_written_as_blame_takes_it_and_a_comment_on_the_whole_hangs_on_nothing()
    {
        Comment(new RequestComment(1, "Cell") { Table = "prices", Key = "bolt,\"north, east\"", Column = "amount" });
        Comment(new RequestComment(1, "All of it"));
        var comments = _shop.Workspace.Requests.Show(1, false, default).Comments;
        Assert.Equal(["bolt", "north, east"], comments[0].Place!.Key.Select(k => k.Value.AsText));
        Assert.Null(comments[1].Place);
    }

    [Theory]
    [InlineData("x.cs", 1, null, null, null, "request.place", "There is no file 'x.cs' in 'mend'")]
    [InlineData("generated/Ingestion.cs", 5, null, null, null, "request.place", "has 4 lines")]
    [InlineData("generated/Ingestion.cs", 0, null, null, null, "request.place", "has 4 lines")]
    [InlineData("generated/../generated/Ingestion.cs", 1, null, null, null, "request.place", "There is no file")]
    [InlineData(null, 1, null, null, null, "request.place", "A line of which file?")]
    [InlineData("generated/Ingestion.cs", 1, "customers", "1", null, "request.place", "not on both")]
    [InlineData(null, null, "customers", null, null, "request.place", "Which row of 'customers'?")]
    [InlineData(null, null, null, "1", null, "request.place", "A row of which table?")]
    [InlineData(null, null, null, null, "balance", "request.place", "A row of which table?")]
    [InlineData(null, null, "clients", "1", null, "table.missing", "There is no table 'clients'")]
    [InlineData(null, null, "customers", "7", null, "row.missing", "There is no row with key 7 in 'customers'")]
    [InlineData(null, null, "customers", "1", "age", "column.missing", "stores no column 'age'")]
    [InlineData(null, null, "prices", "bolt", null, "key.invalid", "has 2 parts")]
    [InlineData(null, null, "audit", "1", null, "key.invalid", "has no primary key")]
    public void What_is_not_there_is_no_place(string? file, int? line, string? table, string? key, string? column, string code, string message)
    {
        var asked = new RequestComment(1, "Here") { File = file, Line = line, Table = table, Key = key, Column = column };
        var failure = Assert.Throws<DbVcException>(() => Comment(asked));
        Assert.Equal((FailureKind.Usage, code), (failure.Kind, failure.Code));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Empty(_shop.Workspace.Requests.Show(1, false, default).Comments);
    }

    private void Comment(RequestComment asked) => _shop.Workspace.Requests.Comment(asked, default);

    private List<RequestPlaceReport> Places() => [.. _shop.Workspace.Requests.Show(1, false, default).Comments.Select(c => c.Place!)];

    private void Write(string? code)
    {
        var path = Path.Combine(_shop.Folder, "branches", "mend", "generated", "Ingestion.cs");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (code is null) File.Delete(path);
        else File.WriteAllText(path, code);
        _shop.Workspace.Branches.Commit(s_mend, "Write code", null, default);
    }
}
