using DbVc.Model;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>A repository in a folder of its own, removed afterwards.</summary>
internal sealed class ScratchStore : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("dbvc-store-").FullName;

    public ScratchStore()
    {
        Folder = Path.Combine(_parent, ".db-version-control");
        Store = RepositoryStore.Create(Folder);
    }

    public string Folder { get; }

    public RepositoryStore Store { get; private set; }

    public string PacksFolder => Path.Combine(Folder, "packs");

    public void Reopen()
    {
        Store.Dispose();
        Store = RepositoryStore.Open(Folder);
    }

    public Hash WriteChunk(ReadOnlySpan<byte> chunk)
    {
        using var writer = Store.Chunks.BeginWrite();
        var hash = writer.Write(chunk);
        writer.Publish();
        return hash;
    }

    public static DbVcException ExpectFailure(string code, Action action)
    {
        var failure = Assert.Throws<DbVcException>(action);
        Assert.Equal(code, failure.Code);
        return failure;
    }

    public void Dispose()
    {
        Store.Dispose();
        Directory.Delete(_parent, recursive: true);
    }
}
