using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>
/// Keys that both sides handed out. A database is written as <c>parents/children</c>: parents are <c>id:name</c>, or <c>id:name:boss</c> with a
/// foreign key to another parent; children are <c>parent.line:text</c> under a key of two columns.
/// </summary>
public sealed class KeyMapTests
{
    public static TheoryData<string, string, string, string, string> Cases => new()
    {
        // Base, source, target, merged, new keys
        { "1:a/", "1:a 2:s/", "1:a 2:t/", "1:a 2:t 3:s/", "2>3" },
        { "1:a/", "1:a 2:same/", "1:a 2:same/", "1:a 2:same 3:same/", "2>3" },
        { "1:a/", "1:a 2:s 3:u/", "1:a 2:t/", "1:a 2:t 3:u 4:s/", "2>4" },
        { "1:a/", "1:a 2:s 3:u/", "1:a 2:t 3:v 9:w/", "1:a 2:t 3:v 9:w 10:s 11:u/", "2>10;3>11" },
        { "1:a/", "1:a 2:s/2.1:x 2.2:y 1.1:z", "1:a 2:t/2.1:k", "1:a 2:t 3:s/1.1:z 2.1:k 3.1:x 3.2:y", "2>3" },
        { "1:a/1.1:z", "1:a 2:s/2.1:x 1.1:changed", "1:a 2:t/1.1:z", "1:a 2:t 3:s/1.1:changed 3.1:x", "2>3" },
        { "1:a/", "1:a 2:s 3:u:2/", "1:a 2:t/", "1:a 2:t 3:u:4 4:s/", "2>4" },
        { "1:a/", "1:a 2:s:2/", "1:a 2:t:1/", "1:a 2:t:1 3:s:3/", "2>3" },
        { "1:a/", "1:a:2 2:s/", "1:a 2:t/", "1:a:3 2:t 3:s/", "2>3" },
        { "/", "-5:s/", "-5:t/", "-5:t 1:s/", "-5>1" },
        { "/", "9223372036854775807:s/", "9223372036854775807:t/", "9223372036854775807:t/", "conflict" },
        { "1:a 2:b/", "1:a 2:s/", "1:a 2:b 3:t/", "1:a 2:s 3:t/", "" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_key_handed_out_twice_means_two_rows_and_children_follow(string start, string source, string target, string merged, string keys)
    {
        var chunks = new MemoryChunks();
        var outcome = Merge(chunks, start, source, target, allocates: true, MergePolicies.Parse(), _ => null);
        Assert.Equal(merged, Show(chunks, outcome.Merged));
        Assert.Equal(keys, outcome.Conflicts.Count > 0 ? "conflict" : Changes(outcome));
        Assert.Equal(outcome.Rekeyed.Select(Describe), KeyTrailer.Read("Merge\n\n" + string.Join('\n', KeyTrailer.Write(outcome.Rekeyed))).Select(Describe));
    }

    [Fact]
    public void A_plain_integer_key_is_a_conflict_until_a_policy_or_a_person_wants_two_rows()
    {
        var chunks = new MemoryChunks();
        const string Start = "1:a/", Source = "1:a 2:s/2.1:x", Target = "1:a 2:t/", Both = "1:a 2:t 3:s/3.1:x";
        var open = Merge(chunks, Start, Source, Target, allocates: false, MergePolicies.Parse(), _ => null);
        var conflict = Assert.Single(open.Conflicts);
        Assert.True(conflict.CanTakeBoth);

        var decided = Merge(chunks, Start, Source, Target, allocates: false, MergePolicies.Parse(),
            id => id == conflict.Id ? new Resolution(ResolutionKind.Both) : null);
        Assert.Equal((Both, "2>3", 0), (Show(chunks, decided.Merged), Changes(decided), decided.Conflicts.Count));
        var ruled = Merge(chunks, Start, Source, Target, allocates: false, MergePolicies.Parse("parents.id=rekey"), _ => null);
        Assert.Equal((Both, "2>3", 0), (Show(chunks, ruled.Merged), Changes(ruled), ruled.Conflicts.Count));

        // One row that both sides have alike stays one.
        var alike = Merge(chunks, Start, "1:a 2:s/", "1:a 2:s/", allocates: false, MergePolicies.Parse(), _ => null);
        Assert.Equal("1:a 2:s/", Show(chunks, alike.Merged));
    }

    [Fact]
    public void Of_a_table_that_both_sides_created_only_rows_that_differ_are_two()
    {
        var chunks = new MemoryChunks();
        var outcome = new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null).Run(
            Snapshot.Empty, Write(chunks, "1:a 2:s/", true), Write(chunks, "1:a 2:t/", true));
        Assert.Equal(("1:a 2:t 3:s/", "2>3"), (Show(chunks, outcome.Merged), Changes(outcome)));
    }

    [Fact]
    public void New_keys_lie_above_what_the_engine_ever_handed_out()
    {
        var chunks = new MemoryChunks();
        var merge = new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null) { HighestKey = table => table == "parents" ? 40 : 0 };
        var outcome = merge.Run(Write(chunks, "1:a/", true), Write(chunks, "1:a 2:s/", true), Write(chunks, "1:a 2:t/", true));
        Assert.Equal("2>41", Changes(outcome));
    }

    [Fact]
    public void A_hundred_thousand_new_keys_fit_on_one_line_of_the_message()
    {
        var changes = Enumerable.Range(1, 100_000).Select(i => new KeyChange("a \"table\"\n", "id", [new NamedValue("id", Value.Integer(i))], i + 7L)).ToList();
        var line = Assert.Single(KeyTrailer.Write(changes));
        Assert.DoesNotContain('\n', line);
        Assert.Equal(changes.Select(Describe), KeyTrailer.Read("x\n\n" + line).Select(Describe));
    }

    [Theory]
    [InlineData("Rekeyed: nonsense")]
    [InlineData("Rekeyed: {}")]
    [InlineData("Rekeyed: null")]
    public void A_line_that_is_no_mapping_is_passed_over(string line) => Assert.Empty(KeyTrailer.Read("Merge\n\n" + line));

    private static string Changes(MergeOutcome outcome) => string.Join(';', outcome.Rekeyed.Select(c => $"{c.Before[0].Value}>{c.After}"));

    private static string Describe(KeyChange change) =>
        $"{change.Table}.{change.Column} {string.Join(',', change.Before.Select(p => $"{p.Name}={p.Value.Kind}{p.Value}"))} > {change.After}";

    private static MergeOutcome Merge(
        MemoryChunks chunks, string start, string source, string target, bool allocates, MergePolicies policies, Func<string, Resolution?> decisions) =>
        new ThreeWayMerge(chunks, policies, decisions).Run(Write(chunks, start, allocates), Write(chunks, source, allocates), Write(chunks, target, allocates));

    private static Snapshot Write(MemoryChunks chunks, string text, bool allocates)
    {
        var (parents, children) = (text.Split('/')[0], text.Split('/')[1]);
        var editor = new SnapshotEditor(chunks, Snapshot.Empty);
        editor.PutTable(Build(chunks, Parents(allocates), Split(parents).Select(p => new[]
        {
            Value.Integer(long.Parse(p[0])), Value.Text(p[1]), p.Length > 2 ? Value.Integer(long.Parse(p[2])) : Value.Null,
        })));
        editor.PutTable(Build(chunks, Children, Split(children).Select(c => new[]
        {
            Value.Integer(long.Parse(c[0].Split('.')[0])), Value.Integer(long.Parse(c[0].Split('.')[1])), Value.Text(c[1]),
        })));
        return editor.Finish();

        static IEnumerable<string[]> Split(string rows) => rows.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split(':'));
    }

    private static TableSnapshot Build(MemoryChunks chunks, TableSchema schema, IEnumerable<Value[]> rows)
    {
        using var source = new ValueRows(rows);
        var built = RowTree.Build(chunks, new TableEncoder(schema), source);
        return new TableSnapshot(schema, built.Root, built.Count);
    }

    private static string Show(MemoryChunks chunks, Snapshot snapshot)
    {
        var reader = new SnapshotReader(chunks, snapshot);
        var (parents, children) = (Rows("parents"), Rows("children"));
        Assert.Equal(parents.Count, reader.FindTable("parents")!.Count);
        Assert.Equal(children.Count, reader.FindTable("children")!.Count);
        return string.Join(' ', parents.Select(r => $"{r[0]}:{r[1]}{(r[2].IsNull ? "" : ":" + r[2])}")) + "/"
            + string.Join(' ', children.Select(r => $"{r[0]}.{r[1]}:{r[2]}"));

        List<Value[]> Rows(string table) => [.. RowDiff.Changes(chunks, null, reader.FindTable(table)).Select(c => c.After!)];
    }

    private static TableSchema Parents(bool allocates) => ColumnIds.Assign(new TableSchema
    {
        Name = "parents",
        Columns = [new Column { Id = 0, Name = "id" }, new Column { Id = 0, Name = "name" }, new Column { Id = 0, Name = "boss" }],
        PrimaryKey = ["id"],
        ForeignKeys = [new ForeignKey { Columns = ["boss"], ReferencedTable = "Parents", ReferencedColumns = [] }],
        Sql = "",
        AllocatesKeys = allocates,
    }, null);

    private static TableSchema Children { get; } = ColumnIds.Assign(new TableSchema
    {
        Name = "children",
        Columns = [new Column { Id = 0, Name = "parent" }, new Column { Id = 0, Name = "line" }, new Column { Id = 0, Name = "text" }],
        PrimaryKey = ["parent", "line"],
        ForeignKeys = [new ForeignKey { Columns = ["parent"], ReferencedTable = "parents", ReferencedColumns = ["id"] }],
        Sql = "",
    }, null);
}
