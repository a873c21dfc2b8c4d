using DbVc.Live;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Npgsql;
using Xunit;

namespace DbVc.Tests;

/// <summary>A row on a server that somebody writes again before each attempt to change it.</summary>
public sealed class RestlessServerRowTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-restless-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ServerKind.Postgres15)]
    [InlineData(ServerKind.Postgres18)]
    [InlineData(ServerKind.MariaDb)]
    public void It_is_rolled_back_once_writers_are_held(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = server.CreateDatabase();
        try
        {
            ServerLogin.Ask(url, "CREATE TABLE items (id int PRIMARY KEY, stock int); INSERT INTO items VALUES (1, 0)", server.Password, tls: false);
            var (written, isHeld, isRestless) = (0, false, false);
            var options = new WorkspaceOptions(TimeProvider.System, new Author("Tess", "", AuthorKind.Human), "") { StepReached = Disturb };
            Workspace.Init(new InitRequest(_folder, url, null) { WorkServer = "production" }, options, CancellationToken.None);
            using var workspace = Workspace.Open(_folder, options, CancellationToken.None);
            var first = workspace.History.Find("HEAD").Commit.Id.ToString();
            Ask("UPDATE items SET stock = 100");
            isRestless = true;
            workspace.Replays.Rollback(new RollbackRequest(first, false), CancellationToken.None);
            isRestless = false;
            Assert.True(isHeld && written >= 5, $"{written} writes");
            Assert.Equal("0", Ask("SELECT stock FROM items"));
            using var past = workspace.History.Query(new QueryRequest("SELECT stock FROM items", "HEAD~1", null, 10));
            Assert.Equal(100 + written, past.Rows.Single()[0].AsInteger);
            Assert.True(workspace.Status(CancellationToken.None).Clean);

            void Disturb(PublishStep step)
            {
                if (!isRestless || isHeld || step != PublishStep.IntentWritten) return;
                try
                {
                    Ask((kind == ServerKind.MariaDb ? "SET innodb_lock_wait_timeout = 1" : "SET lock_timeout = 50") + "; UPDATE items SET stock = stock + 1");
                    written++;
                }
                catch (PostgresException failure) when (failure.SqlState == "55P03")
                {
                    isHeld = true;
                }
                catch (InvalidOperationException failure) when (failure.Message.Contains("1205", StringComparison.Ordinal))
                {
                    isHeld = true;
                }
            }

            string Ask(string sql) => ServerLogin.Ask(url, sql, server.Password, tls: false).Trim();
        }
        finally
        {
            server.DropDatabase(url);
        }
    }
}
