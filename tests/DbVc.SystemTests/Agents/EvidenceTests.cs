using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>The report behind a merge: shown, made again from the commit alone, and not to be edited unnoticed. Real sandbox, real branch.</summary>
public sealed class EvidenceTests : IDisposable
{
    private static readonly BranchName Branch = BranchName.Parse("agent-customers");

    private readonly SampleShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Evidence_is_confirmed_from_the_commit_alone_and_every_change_is_noticed()
    {
        var task = Create();
        // Shown for a branch before it is merged, too.
        Assert.Equal(task.Evidence, _shop.Workspace.Evidence.Show(Branch.Text).Hash);
        var merged = _shop.Merge(Branch.Text).Commit!.Value;
        var shown = _shop.Workspace.Evidence.Show(merged.ToString());
        Assert.Equal((task.Evidence, true, true, false), (shown.Hash, shown.Passed, shown.IsSampleStored, shown.IsFileEdited));
        Assert.Equal(GateRunner.All.Select(g => g.Name), shown.Gates.Select(g => g.Name));

        // The source goes, the branch goes, main goes on: the commit is enough.
        File.Delete(_shop.Sample("customers.csv"));
        _shop.Write("INSERT INTO products VALUES (9001, 'Later', 1)");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Later", null, CancellationToken.None);
        var confirmed = _shop.Workspace.Evidence.Verify(merged.ToString(), CancellationToken.None);
        Assert.Equal([], confirmed.Differences.Select(d => $"{d.Gate} {d.What}: {d.Before} -> {d.After}"));
        Assert.Equal(["syntax", "lint", "unit", "integration", "security", "reversibility"], confirmed.Repeated);
        Assert.Equal(["data quality", "performance"], confirmed.NotRepeated.Select(n => n.Key));

        // What people read is a file, and files can be edited.
        var results = Path.Combine(_shop.Folder, "branches", Branch.Text, "results", "test_results.json");
        File.WriteAllText(results, File.ReadAllText(results).Replace("\"rejected\": 45", "\"rejected\": 0", StringComparison.Ordinal));
        Assert.True(_shop.Workspace.Evidence.Show(merged.ToString()).IsFileEdited);

        // A sample that was changed is no sample.
        var sample = Directory.GetFiles(Path.Combine(_shop.Folder, ".db-version-control", "samples")).Single();
        File.AppendAllText(sample, "9999,x,x,1\n");
        Assert.False(_shop.Workspace.Evidence.Show(merged.ToString()).IsSampleStored);
        var without = _shop.Workspace.Evidence.Verify(merged.ToString(), CancellationToken.None);
        Assert.Contains(without.NotRepeated, n => n.Key == "integration" && n.Value.Contains("not there any more", StringComparison.Ordinal));

        Assert.Equal("evidence.none", Assert.Throws<DbVcException>(() => _shop.Workspace.Evidence.Show("main")).Code);
    }

    [Fact]
    public void Build_servers_can_read_the_report()
    {
        Create();
        var junit = XDocument.Parse(Encoding.UTF8.GetString(_shop.Workspace.Evidence.Write(Branch.Text, EvidenceFormat.JUnit)));
        Assert.Equal(GateRunner.All.Select(g => g.Name), junit.Root!.Elements("testsuite").Select(s => (string)s.Attribute("name")!));
        var tests = (int)junit.Root.Elements("testsuite").Single(s => (string?)s.Attribute("name") == "unit").Attribute("tests")!;
        Assert.True(tests > 100, $"{tests} tests");
        Assert.Equal(0, (int)junit.Root.Attribute("failures")!);
        using var sarif = JsonDocument.Parse(_shop.Workspace.Evidence.Write(Branch.Text, EvidenceFormat.Sarif));
        Assert.Equal("2.1.0", sarif.RootElement.GetProperty("version").GetString());

        // Broken code: the finding has its file and line in both.
        var code = Path.Combine(_shop.Folder, "branches", Branch.Text, "generated", "Validators.cs");
        File.WriteAllText(code, File.ReadAllText(code) + "// " + new string('x', 200) + "\n");
        _shop.Workspace.Branches.Commit(Branch, "A long line", null, CancellationToken.None);
        Assert.Equal(TaskState.Failed, _shop.Workspace.Agents.RunGates(Branch, new SilentProgress(), CancellationToken.None).State);
        using var refused = JsonDocument.Parse(_shop.Workspace.Evidence.Write(Branch.Text, EvidenceFormat.Sarif));
        var result = refused.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
            .Single(r => r.GetProperty("ruleId").GetString() == "lint.format");
        var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal(("error", "generated/Validators.cs"),
            (result.GetProperty("level").GetString(), place.GetProperty("artifactLocation").GetProperty("uri").GetString()));
        Assert.True(place.GetProperty("region").GetProperty("startLine").GetInt32() > 1);
        var failed = XDocument.Parse(Encoding.UTF8.GetString(_shop.Workspace.Evidence.Write(Branch.Text, EvidenceFormat.JUnit)));
        Assert.Equal(1, (int)failed.Root!.Attribute("failures")!);
    }

    [Fact]
    public void Some_gates_alone_are_no_evidence()
    {
        var before = Create();
        var lint = _shop.Workspace.Agents.RunSomeGates(Branch, ["lint", "data-quality"], new SilentProgress(), CancellationToken.None);
        Assert.Equal(["lint", "data quality"], lint.Gates.Select(g => g.Name));
        Assert.True(lint.Passed);
        var code = Path.Combine(_shop.Folder, "branches", Branch.Text, "generated", "Validators.cs");
        File.AppendAllText(code, "// " + new string('x', 200) + "\n");
        Assert.False(_shop.Workspace.Agents.RunSomeGates(Branch, ["lint"], new SilentProgress(), CancellationToken.None).Passed);
        var after = _shop.Workspace.Agents.Status(Branch);
        Assert.Equal((before.State, before.Evidence), (after.State, after.Evidence));
        Assert.Equal("gate.missing", Assert.Throws<DbVcException>(() =>
            _shop.Workspace.Agents.RunSomeGates(Branch, ["taste"], new SilentProgress(), CancellationToken.None)).Code);
    }

    /// <summary>What is delivered in place of the age is within every rule.</summary>
    [Fact]
    public void Code_that_gives_something_else_each_time_is_refused_by_the_trial()
    {
        const string delivered = "(a / 2) + new Random().NextInt64(2)";
        Create();
        var ingestion = Path.Combine(_shop.Folder, "branches", Branch.Text, "generated", "Ingestion.cs");
        var honest = File.ReadAllText(ingestion);
        var forged = honest.Replace("Cells.Write(_sink, row.Age);", $"Cells.Write(_sink, row.Age is {{ }} a ? {delivered} : null);", StringComparison.Ordinal);
        Assert.NotEqual(honest, forged);
        File.WriteAllText(ingestion, forged);
        _shop.Workspace.Branches.Commit(Branch, "Chance", null, CancellationToken.None);
        var gate = Assert.Single(_shop.Workspace.Agents.RunGates(Branch, new SilentProgress(), CancellationToken.None).Gates, g => g.Name == "integration");
        Assert.False(gate.Passed, gate.Summary);
        Assert.Contains(gate.Findings, f => f.Message.Contains("depends on chance", StringComparison.Ordinal));
    }

    private AgentReport Create()
    {
        var report = _shop.Create("customers.json", Branch.Text);
        Assert.True(report.State == TaskState.Ready, report.Error);
        return report;
    }
}
