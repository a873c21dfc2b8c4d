using System.Diagnostics;
using System.Globalization;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.TestServers;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>What <c>diff --sql</c> prints, given to the engine's own shell, turns a database at one revision into the other.</summary>
public sealed class ScriptShellTests : IDisposable
{
    private const string Both = """
        ALTER TABLE items ADD COLUMN more VARCHAR(60) DEFAULT 'it''s; a -- note';
        UPDATE customers SET name = 'quote '' back \\ and ; semicolon' WHERE id = 3;
        UPDATE customers SET name = '$$ ünïcode 🦆', city = NULL WHERE id = 4;
        DELETE FROM items WHERE order_id < 50;
        INSERT INTO items (order_id, line, note) VALUES (60, 9, '# no comment'), (61, 9, '/* none either */');
        CREATE INDEX items_by_note ON items (note);
        CREATE VIEW known AS SELECT id, name FROM customers WHERE city IS NOT NULL;

        """;

    private const string Postgres = """
        CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE plpgsql AS $f$ DECLARE m integer; BEGIN m := n; RETURN m * 2; END $f$;
        CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.city := upper(NEW.city); RETURN NEW; END $$;
        CREATE TRIGGER loud BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION shout();

        """;

    private const string MariaDb = """
        CREATE FUNCTION twice(n integer) RETURNS integer DETERMINISTIC BEGIN DECLARE m integer; SET m = n; /* $$ */ RETURN m * 2; END;
        CREATE PROCEDURE tidy() BEGIN DELETE FROM items WHERE note = ''; DELETE FROM items WHERE note = ';'; END;
        CREATE TRIGGER loud BEFORE INSERT ON customers FOR EACH ROW BEGIN SET NEW.city = UPPER(NEW.city); SET NEW.name = TRIM(NEW.name); END;
        ALTER TABLE orders ADD COLUMN follows INTEGER, ADD FOREIGN KEY (follows) REFERENCES orders (id);
        SET @mode = @@sql_mode, SESSION sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES';
        CREATE FUNCTION greet(who varchar(50)) RETURNS varchar(60) DETERMINISTIC
          BEGIN DECLARE "text" varchar(60); SET "text" = 'Dear ' || who; RETURN "text"; END;
        SET SESSION sql_mode = @mode;

        """;

    private LiveShop? _started;

    public static TheoryData<LiveEngine> Engines => ProofMode.Servers([LiveEngine.Postgres15, LiveEngine.Postgres18, LiveEngine.MariaDb]);

    private LiveShop Shop => _started!;

    public void Dispose() => _started?.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Engines))]
    public void A_printed_script_makes_a_copy_of_one_revision_the_other_there_and_back(LiveEngine engine)
    {
        var isMariaDb = engine == LiveEngine.MariaDb;
        _started = new LiveShop(engine, options: new ServerOptions(), rows: 200);
        Shop.Branch("work", Both.Replace("\\\\", isMariaDb ? "\\\\" : "\\", StringComparison.Ordinal) + (isMariaDb ? MariaDb : Postgres));
        if (!isMariaDb) Shop.Live.Server!.Run($"GRANT SET ON PARAMETER session_replication_role TO {DatabaseServer.User}");
        using var workspace = Shop.Open();
        var copy = BranchName.Parse("copy");
        var location = workspace.Branches.Create(copy, "HEAD", CancellationToken.None).Database!;
        foreach (var (before, after) in new[] { ("HEAD", "work"), ("work", "HEAD") })
        {
            RunShell(location, Script(workspace, before, after), isMariaDb);
            workspace.Branches.Commit(copy, "As the shell left it", null, CancellationToken.None);
            using var rest = workspace.History.Diff(new DiffRequest(after, "copy", null, 10), CancellationToken.None);
            Assert.Empty(rest.Tables.Select(t => t.Name));
            Assert.Empty(rest.Schema.Select(s => $"{s.Kind} {s.Object}: {s.Before} / {s.After}"));
            var wanted = after == "HEAD" ? Shop.Live.Address : workspace.Branches.Show(BranchName.Parse(after)).Database!;
            Assert.Equal(Shop.Live.Dump(wanted), Shop.Live.Dump(location));
        }
    }

    private static string Script(Workspace workspace, string before, string after)
    {
        using var script = workspace.History.Script(new DiffRequest(before, after, null, 10), CancellationToken.None);
        return string.Concat(script.Statements.Select(script.Terminate));
    }

    private void RunShell(string location, string script, bool isMariaDb)
    {
        var (port, database) = (Shop.Live.Server!.Port.ToString(CultureInfo.InvariantCulture), new Uri(location).AbsolutePath.TrimStart('/'));
        string[] arguments = isMariaDb
            ? ["--no-defaults", "--comments", "--host=127.0.0.1", "--port=" + port, "--user=" + DatabaseServer.User, database]
            : ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", port, "-U", DatabaseServer.User, database];
        var start = new ProcessStartInfo(isMariaDb ? "mariadb" : "psql", arguments) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment[isMariaDb ? "MYSQL_PWD" : "PGPASSWORD"] = Shop.Live.Server.Password;
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync();
        shell.StandardInput.Write(script);
        shell.StandardInput.Close();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"{error.Result}\n{script}");
    }
}
