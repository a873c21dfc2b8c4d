using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Settings are changed in place: what a person wrote around them stays.</summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-config-").FullName;
    private readonly string _file;

    public ConfigurationTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, ".db-version-control"));
        _file = Path.Combine(_folder, ".db-version-control", "config.yaml");
    }

    /// <summary>The file, key and values, and the file afterwards.</summary>
    public static TheoryData<string, string, string[], string> Changes => new()
    {
        { "", "exclude", ["log_*"], "exclude: [\"log_*\"]\n" },
        { "# mine\ngc:\n  # days\n  retention_days: 30 # a month\nsandbox: none\n", "gc.retention_days", ["90"],
            "# mine\ngc:\n  # days\n  retention_days: 90 # a month\nsandbox: none\n" },
        { "gc:\n  retention_days: 30\n# end\n", "branches.server", ["production"], "gc:\n  retention_days: 30\n# end\nbranches:\n  server: production\n" },
        { "gates:\n    # a\n    line_coverage: 0.5 # b\n# c\nsandbox: none\n", "gates.rows_per_second", ["7"],
            "gates:\n    # a\n    line_coverage: 0.5 # b\n    rows_per_second: 7\n# c\nsandbox: none\n" },
        { "exclude:\n  - a # one\n  - b\n# after\ninclude: []\n", "exclude", ["c", "d e"], "exclude:\n  [c, \"d e\"]\n# after\ninclude: []\n" },
        { "exclude: [a, b] # why\n", "exclude", [], "exclude: [] # why\n" },
        { "agent:\n  model:\n  iterations: 3\n", "agent.model", ["builtin"], "agent:\n  model: builtin\n  iterations: 3\n" },
        { "merge:\n  policies:\n    a.b: delta\n    c.d: max\ngc:\n  retention_days: 1\n", "merge.policies", ["a.b=union(;)"],
            "merge:\n  policies:\n    {a.b: \"union(;)\"}\ngc:\n  retention_days: 1\n" },
        { "branches:\n", "branches.server", ["production"], "branches:\n  server: production\n" },
        { "sandbox: none", "tracking", ["triggers"], "sandbox: none\ntracking: triggers\n" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_setting_is_changed_and_everything_around_it_stays(string before, string key, string[] values, string after)
    {
        File.WriteAllText(_file, before);
        Workspace.Settings(_folder).Set(key, values);
        Assert.Equal(after, File.ReadAllText(_file));
    }

    [Fact]
    public void Every_key_can_be_set_in_the_file_that_init_writes_and_reads_back()
    {
        File.WriteAllText(_file, Configuration.DefaultText);
        var desk = Workspace.Settings(_folder);
        Assert.All(desk.Get(null), setting => Assert.True(setting.IsDefault, setting.Key));
        foreach (var (key, values) in new (string, string[])[]
        {
            ("merge.policies", ["stock.quantity=delta", "posts.tags=union(;)"]), ("gates.line_coverage", ["0.5"]), ("gates.branch_coverage", ["0.25"]),
            ("gates.mutation_score", ["0.9"]),
            ("gates.rows_per_second", ["100"]), ("agent.model", ["builtin2"]), ("agent.iterations", ["4"]), ("agent.wall_seconds", ["60"]),
            ("llm.timeout_seconds", ["30"]), ("llm.idle_seconds", ["10"]), ("llm.retries", ["0"]), ("llm.max_output_tokens", ["1000"]),
            ("llm.proxy", ["http://proxy.example:3128/"]),
            ("gc.retention_days", ["7"]), ("sandbox", ["none"]), ("include", ["a*", "true", "\"quoted\" # not a comment", "*"]), ("exclude", ["b"]),
            ("schema-only", ["c?"]), ("tracking", ["triggers"]),
            ("database.pause-triggers", ["true"]), ("database.readers", ["3"]), ("branches.server", ["postgres://ann:${PW}@db.example?sslmode=require"]),
        })
        {
            var comments = File.ReadAllText(_file).Split('\n').Count(line => line.TrimStart().StartsWith('#'));
            var setting = desk.Set(key, values);
            Assert.False(setting.IsDefault, key);
            Assert.Equal(comments, File.ReadAllText(_file).Split('\n').Count(line => line.TrimStart().StartsWith('#')));
        }

        var live = Configuration.ReadLive(_file);
        Assert.Equal(["a*", "true", "\"quoted\" # not a comment", "*"], live.Selection.Include);
        Assert.Equal(("postgres://ann:${PW}@db.example?sslmode=require", true), (live.WorkServer, live.Tracks));
        Assert.Equal(["posts.tags", "stock.quantity"], desk.Get("merge.policies")[0].Value!.AsObject().Select(p => p.Key).Order());
    }

    [Theory]
    [InlineData("no.such", "1", "config.key")]
    [InlineData("gates.line_coverage", "2", "config.invalid")]
    [InlineData("tracking", "magic", "config.invalid")]
    [InlineData("branches.server", "somewhere", "config.invalid")]
    [InlineData("branches.server", "postgres://ann@h/database", "config.invalid")]
    [InlineData("merge.policies", "nonsense", "config.value")]
    public void A_wrong_setting_is_refused_and_the_file_stays(string key, string value, string code)
    {
        File.WriteAllText(_file, Configuration.DefaultText);
        Assert.Equal(code, Assert.Throws<DbVcException>(() => Workspace.Settings(_folder).Set(key, [value])).Code);
        Assert.Equal(Configuration.DefaultText, File.ReadAllText(_file));
    }

    [Fact]
    public void A_password_typed_into_an_address_goes_to_a_file_of_its_owner_alone()
    {
        File.WriteAllText(_file, Configuration.DefaultText);
        var setting = Workspace.Settings(_folder).Set("branches.server", ["postgres://ann:Hunter2%21@db.example:5433?sslmode=require"]);
        Assert.Equal("postgres://ann@db.example:5433?password_file=branches-password&sslmode=require", setting.Value!.ToString());
        var secret = Path.Combine(_folder, ".db-version-control", "branches-password");
        Assert.Equal("Hunter2!", File.ReadAllText(secret));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        Assert.All(Directory.GetFiles(Path.GetDirectoryName(_file)!).Where(f => f != secret), f => Assert.DoesNotContain("Hunter2", File.ReadAllText(f)));
    }

    [Theory]
    [InlineData("branches:\n  server: postgres://ann:Hunter2@db.example\n")]
    [InlineData("branches:\n  server: postgres://ann:Hunter2@db.example/x@y\n")]
    [InlineData("branches:\n  server: oracle://ann:Hunter2@db.example\n")]
    public void A_password_in_the_file_is_refused_and_not_repeated(string text)
    {
        File.WriteAllText(_file, text);
        var failure = Assert.Throws<DbVcException>(() => Configuration.ReadLive(_file));
        Assert.DoesNotContain("Hunter2", $"{failure.Message} {failure.Where} {failure.Hint}");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("# exclude: [x]\n", true)]
    [InlineData("exclude: [x]\n", false)]
    [InlineData("\"excl\\u0075de\": [x]\n", false)]
    [InlineData("{gc: {retention_days: 3}, exclude: [x]}\n", false)]
    [InlineData("exclude:\n- x\n", false)]
    public void Settings_of_the_live_database_are_found_however_they_are_written(string added, bool isAll)
    {
        File.WriteAllText(_file, added);
        Assert.Equal(isAll, Configuration.ReadLive(_file).Selection.IsAll);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
