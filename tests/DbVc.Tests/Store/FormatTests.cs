using System.Runtime.CompilerServices;
using System.Text;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>
/// The bytes that <c>docs/format.md</c> promises, as <c>Snapshots/format.txt</c>. Whoever changes one of them on purpose raises
/// <see cref="StoreDatabase.FormatVersion"/>, corrects the document, runs with DBVC_APPROVE=1, and writes the kept store anew.
/// </summary>
public sealed class FormatTests
{
    private static readonly TableSchema s_table = new()
    {
        Id = "people",
        Name = "people",
        Columns =
        [
            new Column { Id = 3, Name = "id", DeclaredType = "INTEGER" }, new Column { Id = 1, Name = "name", DeclaredType = "TEXT", Nullable = false },
            new Column { Id = 200, Name = "score", DeclaredType = "REAL", DefaultSql = "0" }, new Column { Id = 7, Name = "note", Collation = "NOCASE" },
        ],
        PrimaryKey = ["id"],
        Sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, score REAL DEFAULT 0, note COLLATE NOCASE)",
    };

    private readonly StringBuilder _text = new();
    private readonly TreeTestChunks _chunks = new();

    [Fact]
    public void Every_encoding_is_the_one_that_the_document_promises()
    {
        Keys();
        Rows();
        Trees();
        Snapshots();
        History();
        var approved = Path.Combine(Folder(), "..", "Snapshots", "format.txt");
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllText(approved, _text.ToString());
        Assert.Equal(File.ReadAllText(approved), _text.ToString());
    }

    [Theory]
    [InlineData(0, "616263", "abc", 1)]
    [InlineData(1, "671c8864b94d27b9934d3e08a52e52d7da7dabfac484efe3110d000c6272617665200b0b", "hello brave world", 1)]
    [InlineData(2, "fbda9a382c0100004b4c4a4e1c45c42100", "abc", 100)]
    public void A_record_of_each_codec_is_read(byte codec, string stored, string content, int times)
    {
        using var scratch = new ScratchStore();
        scratch.WriteChunk("hello world"u8);
        var chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(content, times)));
        var hash = Hash.Of(chunk);
        using (var pack = new PackAppender(scratch.PacksFolder, "written-by-hand.pack", new StoreProbe(null)))
        {
            var places = new Dictionary<Hash, ChunkPlace> { [hash] = pack.Append(hash, (PackCodec)codec, Convert.FromHexString(stored)) };
            pack.MakeDurable();
            var header = Convert.ToHexStringLower(File.ReadAllBytes(Path.Combine(scratch.PacksFolder, pack.Name)).AsSpan(0, 12 + 25));
            Assert.Equal($"444256435041434b02000000{stored.Length / 2:x2}0000000{codec}{hash}", header);
            ((ChunkStore)scratch.Store.Chunks).Index.Publish(pack.Name, places);
        }

        Assert.Equal(chunk, scratch.Store.Chunks.Read(hash).ToArray());
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    private void Keys()
    {
        Value[] values =
        [
            Value.Null, Value.Integer(0), Value.Integer(1), Value.Integer(-1), Value.Integer(256), Value.Integer(-257), Value.Integer(long.MaxValue),
            Value.Integer(long.MinValue), Value.Real(1.5), Value.Real(-1.5), Value.Real(-0.0), Value.Text("a\0b"), Value.Blob(new byte[] { 0, 255 }),
        ];
        foreach (var value in values) Add($"key {value.Kind} {value}".Replace('\0', '~'), KeyCodec.Encode([value]));
        var named = s_table with { Columns = [.. s_table.Columns.Select(c => c with { Id = 0 })] };
        Add("column ids", string.Join(' ', ColumnIds.Assign(named, null).Columns.Select(c => $"{c.Name}={c.Id}")));
    }

    private void Rows()
    {
        var encoder = new TableEncoder(s_table);
        AddEntry("row", encoder.Encode(_chunks, [Value.Integer(5), Value.Text("Ann"), Value.Real(2.5), Value.Integer(-3)]));
        AddEntry("row with NULLs", encoder.Encode(_chunks, [Value.Integer(6), Value.Null, Value.Null, Value.Null]));
        AddEntry("row with a NULL key", encoder.Encode(_chunks, [Value.Null, Value.Text("Bob"), Value.Null, Value.Null]));
        var keyless = new TableEncoder(s_table with { PrimaryKey = [] });
        AddEntry("row of a table without key", keyless.Encode(_chunks, [Value.Integer(5), Value.Null, Value.Null, Value.Null], 2));
        var large = new byte[200_000];
        for (var i = 0; i < large.Length; i++) large[i] = (byte)(i * i / 7);
        AddEntry("row with a large value", encoder.Encode(_chunks, [Value.Integer(7), Value.Null, Value.Null, Value.Blob(large)]));
        Add("list of its pieces", _chunks.Chunks[BlobTree.Write(_chunks, large)]);
    }

    private void Trees()
    {
        var builder = new TreeBuilder(_chunks);
        for (byte i = 1; i < 4; i++) builder.Add([i], [i, i]);
        Add("leaf", _chunks.Chunks[builder.Finish().Hash]);
        var tall = new TreeBuilder(_chunks);
        for (var i = 0; i < 200; i++) tall.Add(KeyCodec.Encode([Value.Integer(i)]), new byte[50]);
        Add("inner node", _chunks.Chunks[tall.Finish().Hash]);
    }

    private void Snapshots()
    {
        var rows = RowTree.Build(_chunks, new TableEncoder(s_table), new ValueRows([[Value.Integer(1), Value.Text("Ann"), Value.Null, Value.Null]]));
        var editor = new SnapshotEditor(_chunks, Snapshot.Empty);
        editor.PutTable(new TableSnapshot(s_table, rows.Root, rows.Count));
        editor.PutObject(new SchemaObject(SchemaObjectKind.Index, "by_name", "people", "CREATE INDEX by_name ON people (name)"));
        editor.PutFile("pipelines/people/metadata.json", "{}"u8);
        var snapshot = editor.Finish();
        Add("snapshot", _chunks.Chunks[SnapshotCodec.Write(_chunks, snapshot)]);
        foreach (var entry in ProllyTree.Scan(_chunks, snapshot.Objects))
        {
            var name = Encoding.UTF8.GetString(entry.Key.Span);
            if (name.StartsWith("table/", StringComparison.Ordinal))
            {
                Add(name, entry.Value.ToArray());
                Add("schema of " + name, Encoding.UTF8.GetString(_chunks.Chunks[Hash.Read(entry.Value.Span)]));
            }
            else
            {
                Add(name, Encoding.UTF8.GetString(entry.Value.Span));
            }
        }

        Add("files", _chunks.Chunks[snapshot.Files.Hash]);
    }

    private void History()
    {
        var commit = CommitCodec.Encode(new Commit
        {
            Snapshot = Hash.Of("snapshot"u8),
            Parents = [new CommitId(Hash.Of("target"u8)), new CommitId(Hash.Of("source"u8))],
            Author = new Author("Ann \"A\" Ö", "ann@example.com", AuthorKind.Agent),
            Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddMicroseconds(6),
            Message = "Merge <b>",
            Origin = new CommitId(Hash.Of("origin"u8)),
            Provenance = new Provenance("task", "model", null, 3, 4),
            Evidence = Hash.Of("evidence"u8),
        });
        Add("commit", Encoding.UTF8.GetString(commit));
        Add("its id", Hash.Of(commit).ToString());
        RefMove[] moves = [new("heads/main", Hash.Of("before"u8), Hash.Of("after"u8)), new("heads/work", null, null)];
        var draft = new OperationDraft("merge work", "Ann", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), moves);
        var operation = OperationCodec.Encode(2, Hash.Of("one"u8), draft);
        Add("operation", Encoding.UTF8.GetString(operation));
        Add("its hash", Hash.Of(operation).ToString());
    }

    private void AddEntry(string what, TreeEntry entry)
    {
        Add(what + ", key", entry.Key.ToArray());
        Add(what + ", value", entry.Value.ToArray());
    }

    private void Add(string what, byte[] bytes) => Add(what, Convert.ToHexStringLower(bytes));

    private void Add(string what, string text) => _text.Append(what).Append(": ").Append(text).Append('\n');
}
