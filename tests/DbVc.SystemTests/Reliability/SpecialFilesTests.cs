using System.Diagnostics;
using System.Net.Sockets;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Pipes, sockets, devices and links where a file should be: every command ends by itself and says what lies in its way.</summary>
public sealed class SpecialFilesTests : IDisposable
{
    private readonly PublishedShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("metadata.json")]
    [InlineData("generated/Ingestion.cs")]
    [InlineData("tests/more/Extra.cs")]
    public async Task A_special_file_in_a_branch_is_named_and_holds_nobody_up(string path)
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        await _shop.SucceedsAsync("agent", "create", "--metadata", _shop.Metadata("people", 50), "--branch", "draft");
        var place = _shop.At("branches/draft/" + path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        foreach (var (make, word) in new (Action<string>, string)[] { (Pipe, "named pipe"), (Socket, "socket"), (Link, "link") })
        {
            File.Delete(place);
            make(place);
            await _shop.FailsAsync(4, word, "commit", "--branch", "draft", "-m", "change");
            var gates = await _shop.RunAsync("gate", "run", "draft");
            Assert.NotEqual(0, gates.ExitCode);
            Assert.Contains(word, gates.Error + gates.Output, StringComparison.Ordinal);
            await _shop.SucceedsAsync("status");
        }

        await _shop.SucceedsAsync("branch", "delete", "draft");
    }

    [Fact]
    public async Task A_special_file_given_as_metadata_source_or_database_is_refused_at_once()
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        foreach (var (make, word) in new (Action<string>, string)[] { (Pipe, "named pipe"), (Socket, "socket"), (Device, "device") })
        {
            var place = _shop.At("special");
            File.Delete(place);
            make(place);
            await _shop.FailsAsync(2, word, "agent", "create", "--metadata", "special", "--branch", "draft");
            await _shop.FailsAsync(1, word, "agent", "create", "--metadata", _shop.Metadata("strange", "special", "people"), "--branch", "draft");
            await _shop.FailsAsync(1, "not a SQLite database", "-C", _shop.At("elsewhere"), "init", "--database", "special");
        }

        Assert.DoesNotContain("draft", (await _shop.SucceedsAsync("branch", "list")).Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_shop.At("elsewhere/.db-version-control")));
    }

    [Fact]
    public async Task What_db_vc_writes_is_never_written_into_a_pipe_or_through_a_link()
    {
        await _shop.SucceedsAsync("init", "--database", "shop.db");
        await _shop.SucceedsAsync("agent", "create", "--task", "people", "--branch", "draft");
        Pipe(_shop.At("branches/draft/metadata.json"));
        Pipe(_shop.At("branches/draft/branch.info.new"));
        Pipe(_shop.At("main/schema.sql.new"));
        File.WriteAllText(_shop.At("precious"), "precious");
        File.CreateSymbolicLink(_shop.At("branches/draft/metadata.json.new"), _shop.At("precious"));
        await _shop.SucceedsAsync("agent", "metadata", "--file", _shop.Metadata("people", 50), "draft");
        await _shop.SucceedsAsync("branch", "merge", "draft");
        Assert.Equal("precious", await File.ReadAllTextAsync(_shop.At("precious"), TestContext.Current.CancellationToken));
        await _shop.CheckWholeAsync();
    }

    private static void Pipe(string path) => Process.Start("mkfifo", path).WaitForExit();

    /// <summary>Made under a short name: the address of a socket has room for 108 bytes.</summary>
    private static void Socket(string path)
    {
        var made = Path.Combine(Path.GetTempPath(), "s" + Path.GetRandomFileName());
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(made));
            Process.Start("mv", [made, path]).WaitForExit();
        }
    }

    private void Link(string path) => File.CreateSymbolicLink(path, _shop.At("people.json"));

    private static void Device(string path) => File.CreateSymbolicLink(path, "/dev/zero");
}
