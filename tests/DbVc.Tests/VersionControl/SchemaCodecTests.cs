using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class SchemaCodecTests
{
    // What a serializer with these settings writes is the format: repositories hold it.
    private static readonly JsonSerializerOptions s_format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly TableSchema s_full = new()
    {
        Id = "päts",
        Name = "päts \"x\" <b>",
        Columns =
        [
            new Column { Id = 1, Name = "id", DeclaredType = "INTEGER", Nullable = false },
            new Column { Id = 7, Name = "o'clock", DefaultSql = "'+&'", Collation = "NOCASE" },
            new Column { Id = 0, Name = "sum", Generated = true, GeneratedSql = "AS (id + 1)" },
        ],
        PrimaryKey = ["id"],
        ForeignKeys = [new ForeignKey { Columns = ["a", "b"], ReferencedTable = "t", ReferencedColumns = [], OnDelete = "CASCADE" }],
        Uniques = [["a", "b"], ["c"]],
        Constraints =
        [
            new TableConstraint { Kind = ConstraintKind.PrimaryKey, Columns = ["id"], Column = "id", Sql = "PRIMARY KEY" },
            new TableConstraint { Kind = ConstraintKind.ForeignKey, Name = "f", Columns = ["a", "b"], Sql = "CONSTRAINT f FOREIGN KEY …" },
        ],
        Options = ["STRICT"],
        Sql = "CREATE TABLE …\n\t😀",
        AllocatesKeys = true,
    };

    private static readonly TableSchema s_bare = new() { Name = "t", Columns = [], PrimaryKey = [], Sql = "" };

    [Fact]
    public void A_table_is_written_as_the_format_says()
    {
        const string bare = """{"id":"","name":"t","columns":[],"primaryKey":[],"foreignKeys":[],"uniques":[],"options":[],"sql":""}""";
        Assert.Equal(bare, Text(SchemaCodec.Encode(s_bare)));
        foreach (var table in new[] { s_bare, s_full })
            Assert.Equal(Text(JsonSerializer.SerializeToUtf8Bytes(table, s_format)), Text(SchemaCodec.Encode(table)));
    }

    [Fact]
    public void A_table_is_read_as_it_was_written()
    {
        foreach (var table in new[] { s_bare, s_full })
            Assert.Equal(Text(SchemaCodec.Encode(table)), Text(SchemaCodec.Encode(SchemaCodec.DecodeTable(SchemaCodec.Encode(table)))));
        var columns = SchemaCodec.DecodeTable(SchemaCodec.Encode(s_full)).Columns;
        Assert.Equal([false, true, true], columns.Select(c => c.Nullable));
        Assert.Equal([false, false, true], columns.Select(c => c.Generated));
    }

    [Theory]
    [InlineData(SchemaObjectKind.Index, "t")]
    [InlineData(SchemaObjectKind.View, null)]
    [InlineData(SchemaObjectKind.Trigger, "t")]
    [InlineData(SchemaObjectKind.Schema, null)]
    [InlineData(SchemaObjectKind.Type, null)]
    [InlineData(SchemaObjectKind.Sequence, "t")]
    [InlineData(SchemaObjectKind.Function, null)]
    [InlineData(SchemaObjectKind.MaterializedView, null)]
    [InlineData(SchemaObjectKind.Event, null)]
    public void An_object_is_written_as_the_format_says_and_read_back(SchemaObjectKind kind, string? table)
    {
        var value = new SchemaObject(kind, "n", table, "CREATE …");
        var bytes = SchemaCodec.Encode(value);
        Assert.Equal(Text(JsonSerializer.SerializeToUtf8Bytes(value, s_format)), Text(bytes));
        Assert.Equal(value, SchemaCodec.DecodeObject(bytes));
    }

    [Fact]
    public void Objects_of_every_kind_are_found_again_in_a_snapshot_and_in_a_difference()
    {
        var chunks = new MemoryChunks();
        var objects = Enum.GetValues<SchemaObjectKind>().Select(kind => new SchemaObject(kind, "same name", null, "CREATE …")).ToList();
        var editor = new SnapshotEditor(chunks, Snapshot.Empty);
        editor.PutTable(new TableSnapshot(s_bare, default, 0));
        foreach (var value in objects) editor.PutObject(value);
        var snapshot = editor.Finish();
        Assert.Equal(objects.Select(o => o.Kind).Order(), new SnapshotReader(chunks, snapshot).Objects().Select(o => o.Kind).Order());
        Assert.Equal(objects.Select(o => o.Kind).Order(), new SnapshotDiff(chunks, Snapshot.Empty, snapshot).Objects().Select(o => o.After!.Kind).Order());
        Assert.Equal([s_bare.Name], new SnapshotReader(chunks, snapshot).Tables().Select(t => t.Schema.Name));
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
