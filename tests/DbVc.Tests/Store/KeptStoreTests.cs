using System.IO.Compression;
using System.Runtime.CompilerServices;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>
/// A store that an earlier build of this program wrote, kept as text. It must open and read for ever. With DBVC_APPROVE=1 it is written anew,
/// which is right only together with a new <see cref="StoreDatabase.FormatVersion"/> that does not read the old one.
/// </summary>
public sealed class KeptStoreTests : IDisposable
{
    private const int Rows = 400;
    private const int Versions = 12;

    private static readonly TableSchema s_table = ColumnIds.Assign(new TableSchema
    {
        Id = "kept",
        Name = "kept",
        Columns = [new Column { Id = 0, Name = "id" }, new Column { Id = 0, Name = "text" }, new Column { Id = 0, Name = "data" }],
        PrimaryKey = ["id"],
        Sql = "CREATE TABLE kept (id INTEGER PRIMARY KEY, text, data)",
    }, null);

    private static readonly Author s_author = new("Ann", "ann@example.com", AuthorKind.Human);

    private readonly string _parent = Directory.CreateTempSubdirectory("dbvc-kept-").FullName;

    private string Folder => Path.Combine(_parent, ".db-version-control");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void A_store_written_by_an_earlier_build_opens_and_reads_in_full()
    {
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") Write();
        Unpack();
        using var store = RepositoryStore.Open(Folder);
        var repository = new Repository(store, TimeProvider.System);
        var head = repository.Head(BranchName.Main);
        var commits = new CommitGraph(repository).Walk(head).ToList();
        Assert.Equal(Versions, commits.Count);
        for (var version = 0; version < Versions; version++) CheckVersion(repository, commits[Versions - 1 - version].Id, version);
        Assert.Equal(Versions, store.ListOperations(100).Count);
        Assert.Equal("kept"u8.ToArray(), store.ReadDocument("notes", "one"));
    }

    [Fact]
    public void The_kept_store_has_records_of_every_codec()
    {
        Unpack();
        using var store = RepositoryStore.Open(Folder);
        var found = new HashSet<byte>();
        foreach (var pack in Directory.GetFiles(Path.Combine(Folder, "packs")))
        {
            var bytes = File.ReadAllBytes(pack);
            for (var at = PackFormat.HeaderSize; at < bytes.Length; at += PackFormat.RecordHeaderSize + BitConverter.ToInt32(bytes, at))
            {
                found.Add((byte)PackFormat.CodecOf(bytes.AsSpan(at)));
            }
        }

        Assert.Equal((byte[])[0, 1, 2], found.Order().ToArray());
    }

    private static void CheckVersion(Repository repository, CommitId commit, int version)
    {
        var snapshot = repository.ReadSnapshot(commit);
        var table = snapshot.FindTable("kept")!;
        var encoder = new TableEncoder(table.Schema);
        var rows = ProllyTree.Scan(snapshot.Chunks, table.Rows).Select(e => encoder.Decode(snapshot.Chunks, e).Values).ToList();
        Assert.Equal(Rows, rows.Count);
        for (var id = 0; id < Rows; id++) Assert.Equal(Row(id, version), rows[id]);
        Assert.Equal("{}"u8, snapshot.ReadFile("pipelines/kept/metadata.json")!.Value.Span);
    }

    /// <summary>Row 7 changes with every version; row 9 holds a large value.</summary>
    private static Value[] Row(int id, int version) =>
    [
        Value.Integer(id), Value.Text(id == 7 ? $"version {version}" : $"row {id}"), id == 9 ? Value.Text(new string('x', 100_000)) : Value.Null,
    ];

    private static string TextPath([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "kept-store.txt");

    private void Unpack()
    {
        foreach (var line in File.ReadLines(TextPath()).Where(l => l.Length > 0))
        {
            var (name, text) = (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
            var path = Path.Combine(Folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var inflate = new BrotliStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
            using var file = File.Create(path);
            inflate.CopyTo(file);
        }
    }

    private void Write()
    {
        using (var store = RepositoryStore.Create(Folder))
        {
            var repository = new Repository(store, TimeProvider.System);
            for (var version = 0; version < Versions; version++) Commit(repository, version);
            using var transaction = store.Begin();
            transaction.PutDocument("notes", "one", "kept"u8);
            transaction.Commit();
        }

        var files = Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Where(f => Path.GetExtension(f) is ".db" or ".pack");
        File.WriteAllLines(TextPath(), files.Order(StringComparer.Ordinal).Select(f => $"{Path.GetRelativePath(Folder, f)} {Pack(File.ReadAllBytes(f))}"));
        Directory.Delete(Folder, recursive: true);
    }

    private static void Commit(Repository repository, int version)
    {
        using var chunks = repository.Chunks.BeginWrite();
        CommitId[] parents = version == 0 ? [] : [repository.Head(BranchName.Main)];
        var start = version == 0 ? Snapshot.Empty : repository.ReadSnapshot(parents[0]).Snapshot;
        var before = new SnapshotReader(chunks, start).FindTable("kept")?.Rows ?? default;
        var rows = RowTree.Build(chunks, new TableEncoder(s_table), new ValueRows(Enumerable.Range(0, Rows).Select(id => Row(id, version))), before);
        var editor = new SnapshotEditor(chunks, start);
        editor.PutTable(new TableSnapshot(s_table, rows.Root, rows.Count));
        editor.PutFile("pipelines/kept/metadata.json", "{}"u8);
        var snapshot = SnapshotCodec.Write(chunks, editor.Finish());
        chunks.Publish();
        var transaction = new CommitTransaction(repository, "commit", "Ann");
        var commit = new Commit
        {
            Snapshot = snapshot,
            Parents = parents,
            Author = s_author,
            Time = repository.NextTime(parents),
            Message = $"Version {version}",
        };
        transaction.MoveBranch(BranchName.Main, parents.Length == 0 ? null : parents[0], transaction.Add(commit));
        transaction.Publish();
    }

    private static string Pack(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var deflate = new BrotliStream(buffer, CompressionLevel.SmallestSize)) deflate.Write(bytes);
        return Convert.ToBase64String(buffer.ToArray());
    }
}
