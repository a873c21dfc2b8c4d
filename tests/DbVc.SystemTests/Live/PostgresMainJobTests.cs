using System.Globalization;
using System.Text.Json;
using DbVc.TestServers;
using Npgsql;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The main job by the command line alone, on a PostgreSQL database that others keep writing to.</summary>
public sealed class PostgresMainJobTests : IDisposable
{
    private const string Shop =
        """
        CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, email varchar(255) NOT NULL, age integer CHECK (age BETWEEN 0 AND 120), city text,
          created_at timestamptz DEFAULT now());
        CREATE UNIQUE INDEX customers_by_email ON customers (email);
        CREATE TABLE visits (id bigserial PRIMARY KEY, customer integer NOT NULL REFERENCES customers ON DELETE CASCADE, at timestamptz NOT NULL DEFAULT now());
        CREATE VIEW known AS SELECT id, name FROM customers WHERE age IS NOT NULL;
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO visits (customer) VALUES (NEW.id); RETURN NULL; END $$;
        CREATE TRIGGER welcome AFTER INSERT ON customers FOR EACH ROW EXECUTE FUNCTION note();
        ALTER TABLE customers DISABLE TRIGGER welcome;
        INSERT INTO customers SELECT i, 'name ' || i, 'c' || i || '@shop.example', 20 + i % 50, 'Ulm', '2024-01-01Z'::timestamptz + i * interval '1 hour'
          FROM generate_series(1, 200) i;
        ALTER TABLE customers ENABLE TRIGGER welcome;
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-pgjob-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(ServerKind.Postgres15)]
    [InlineData(ServerKind.Postgres18)]
    public async Task Customers_are_ingested_reviewed_merged_beside_writers_blamed_queried_and_rolled_back(ServerKind kind)
    {
        var server = DatabaseServer.Shared(kind);
        var url = server.CreateDatabase();
        server.Run($"SET ROLE {DatabaseServer.User}; {Shop}", url[(url.LastIndexOf('/') + 1)..]);
        foreach (var name in new[] { "customers.csv", "customers.json" }) File.Copy(Path.Combine(Published.Root, "samples", name), Path.Combine(_folder, name));

        await Do("init", "--database", url, "--branches", "production");
        await Do("invariant", "add", "young", "SELECT id FROM customers WHERE age > 130");
        Assert.DoesNotContain(server.Password, string.Concat(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith("live-password", StringComparison.Ordinal)).Select(File.ReadAllText)), StringComparison.Ordinal);
        await Do("branch", "create", "feature");
        await Do("agent", "create", "--metadata", "customers.json", "--branch", "agent-customers");
        Assert.Equal("ready", (await Do("agent", "status", "agent-customers")).GetProperty("state").GetString());
        Assert.Contains("1,214 loaded", (await Say("branch", "review", "agent-customers")).Output, StringComparison.Ordinal);

        int written;
        using (var writers = new Writers(url))
        {
            await Do("branch", "merge", "agent-customers", "--yes");
            written = await writers.StopAsync();
        }

        Assert.True(written > 0);

        // The trigger fired in the branch, once, and not again in the live database; each acknowledged write is there.
        Assert.Equal("1414", Ask(url, "SELECT count(*) FROM customers"));
        Assert.Equal("1214", Ask(url, "SELECT count(*) FROM visits WHERE customer > 200"));
        Assert.Equal("O", Ask(url, "SELECT tgenabled::text FROM pg_trigger WHERE tgname = 'welcome'"));
        Assert.Equal(written.ToString(CultureInfo.InvariantCulture), Ask(url, "SELECT count(*) FROM visits WHERE customer <= 200"));

        await Do("commit", "-m", "what the writers did");
        var blame = await Say("blame", "customers", "--key", "1");
        Assert.Contains("Changes made outside db-vc", blame.Output + (await Say("log")).Output, StringComparison.Ordinal);
        Assert.Equal("200", (await Do("query", "--at", "HEAD~2", "SELECT count(*) AS n FROM known")).GetProperty("rows")[0][0].ToString());
        var script = (await Say("diff", "HEAD~1", "HEAD", "--sql")).Output;
        Assert.Contains("INTO public.visits", script, StringComparison.Ordinal);

        var first = (await Do("log", "--limit", "100")).GetProperty("commits").EnumerateArray().Last().GetProperty("id").GetString()!;
        await Do("rollback", "--to-commit", first);
        Assert.Equal("200", Ask(url, "SELECT count(*) FROM customers"));
        Assert.Equal("200", Ask(url, "SELECT count(*) FROM customers WHERE city = 'Ulm'"));
        await Do("verify");
        Assert.Equal("0", Ask(url, "SELECT count(*) FROM visits"));
    }

    private static string Ask(string url, string sql)
    {
        using var connection = Connect(url);
        using var command = new NpgsqlCommand($"SELECT ({sql})::text", connection);
        return (string)command.ExecuteScalar()!;
    }

    private static NpgsqlConnection Connect(string url)
    {
        var address = new Uri(url);
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Username = address.UserInfo.Split(':')[0],
            Password = address.UserInfo.Split(':')[1],
            Database = address.AbsolutePath[1..],
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        return connection;
    }

    private async Task<JsonElement> Do(params string[] arguments)
    {
        var ended = await Say([.. arguments, "--json"]);
        return JsonDocument.Parse(ended.Output).RootElement.Clone();
    }

    private async Task<Ended> Say(params string[] arguments)
    {
        var ended = await Published.RunAsync(_folder, new Dictionary<string, string>(), arguments);
        Assert.True(ended.ExitCode == 0, $"db-vc {string.Join(' ', arguments)}: {ended.ExitCode}\n{ended.Output}\n{ended.Error}");
        return ended;
    }

    /// <summary>Two clients that change rows of main, one transaction after the other, until they are stopped.</summary>
    private sealed class Writers : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly CountdownEvent _writing = new(2);
        private readonly Task<int>[] _tasks;

        /// <summary>Returns when each has written: the merge is to find something.</summary>
        public Writers(string url)
        {
            _tasks = [.. Enumerable.Range(0, 2).Select(i => Task.Factory.StartNew(() => Write(url, i), TaskCreationOptions.LongRunning))];
            while (!_writing.Wait(TimeSpan.FromMilliseconds(50)) && !_tasks.Any(t => t.IsFaulted)) { }
        }

        /// <summary>How many transactions the server acknowledged.</summary>
        public async Task<int> StopAsync()
        {
            await _stop.CancelAsync();
            return (await Task.WhenAll(_tasks)).Sum();
        }

        public void Dispose()
        {
            _stop.Dispose();
            _writing.Dispose();
        }

        private int Write(string url, int number)
        {
            using var connection = Connect(url);
            var written = 0;
            while (!_stop.IsCancellationRequested)
            {
                var id = 1 + (((2 * written) + number) % 100);
                using var command = new NpgsqlCommand(
                    $"BEGIN; UPDATE customers SET city = 'Bonn {written}' WHERE id = {id}; INSERT INTO visits (customer) VALUES ({id}); COMMIT", connection);
                command.ExecuteNonQuery();
                if (written++ == 0) _writing.Signal();
            }

            return written;
        }
    }
}
