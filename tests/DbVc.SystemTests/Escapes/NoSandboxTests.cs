using DbVc.Model;
using DbVc.Orchestration;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Where there can be no sandbox, nothing runs, and it is said why; never does anything run without it instead.</summary>
public sealed class NoSandboxTests
{
    private const string Code = "DBVC_TEST_REFUSAL";
    private const string Remedy = "DBVC_TEST_REMEDY";
    private const string OnlyRoot = "Only root can take something from a machine.";

    /// <summary>A namespace in which no further one may be made, as where a system forbids them all.</summary>
    private const string ForbidNamespaces = """
        echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all "$@"
        """;

    /// <summary>Runs inside the tests below, on a machine that lacks something; elsewhere nothing is expected.</summary>
    [Fact]
    public void A_start_is_refused_and_the_remedy_named()
    {
        var (code, remedy) = (Environment.GetEnvironmentVariable(Code), Environment.GetEnvironmentVariable(Remedy));
        Assert.SkipWhen(code is null || remedy is null, "Here the sandbox starts.");
        var error = Assert.Throws<DbVcException>(() => WorkerSession.Start(WorkerFixture.Options));
        Assert.Equal(code, error.Code);
        Assert.Contains(remedy, error.Hint, StringComparison.Ordinal);
        var missing = SandboxCheck.Run(WorkerFixture.Options.Location.Folder).Where(item => !item.IsOk).ToList();
        Assert.Equal(code, missing.Single(item => item.Name == "sandbox").Detail.Split(':')[0]);
        Assert.All(missing, item => Assert.Contains(remedy, item.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_bubblewrap_the_install_command_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, OnlyRoot);
        RequireRefused(OrdinaryUser.RunWithoutBubblewrap(Expect("sandbox.missing", "sudo apt-get install -y bubblewrap"), Filter));
    }

    [Fact]
    public void Without_user_namespaces_the_setting_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, OnlyRoot);
        RequireRefused(OrdinaryUser.RunTests(["/usr/bin/unshare", "--user", "--keep-caps", "/bin/sh", "-c", ForbidNamespaces, "sh"],
            Expect("sandbox.unavailable", "user.max_user_namespaces is 0: sudo sysctl -w"), Filter));
    }

    [Fact]
    public void Where_all_is_well_the_sandbox_is_started_once()
    {
        var items = SandboxCheck.Run(WorkerFixture.Options.Location.Folder);
        Assert.All(items, item => Assert.True(item.IsOk, item.Detail));
        Assert.Contains(items, item => item.Name == "sandbox" && item.Detail.Contains("answered after", StringComparison.Ordinal));
    }

    [Fact]
    public void A_worker_that_is_not_there_is_not_started() =>
        Assert.Equal("worker", Assert.Single(SandboxCheck.Run("/nowhere"), item => !item.IsOk).Name);

    private static string[] Filter => ["--filter-method", $"DbVc.SystemTests.{nameof(NoSandboxTests)}.{nameof(A_start_is_refused_and_the_remedy_named)}"];

    private static (string Name, string Value)[] Expect(string code, string remedy) => [(Code, code), (Remedy, remedy)];

    private static void RequireRefused((int ExitCode, string Output) run)
    {
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("succeeded: 1", run.Output, StringComparison.Ordinal);
    }
}
