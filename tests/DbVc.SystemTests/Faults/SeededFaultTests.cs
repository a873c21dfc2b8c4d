using System.Globalization;
using System.Text;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>
/// Whether the gates find what they are there for, and nothing else. Real generation, real sandbox, real gates. With <c>DBVC_LONG=1</c> all of it
/// (<c>./dev prove</c>), else one case of <see cref="Every"/>; with <c>DBVC_CASE</c> those whose name holds that text.
/// </summary>
public sealed class SeededFaultTests(FaultBench bench) : IClassFixture<FaultBench>
{
    private const int Every = 6;
    private const string TableStart = "<!-- faults -->\n";
    private const string TableEnd = "<!-- end of faults -->";

    private static readonly string? s_only = Environment.GetEnvironmentVariable("DBVC_CASE");
    private static readonly IReadOnlyList<Fault> s_faults = FaultSuite.Faults;
    private static readonly IReadOnlyList<CleanCase> s_clean = CleanCases.All;

    public static TheoryData<string> Faults => Some(s_faults.Where(f => f.Missed is null).Select(f => f.ToString()));

    public static TheoryData<string> Unseen => Some(s_faults.Where(f => f.Missed is not null).Select(f => f.ToString()));

    public static TheoryData<string> Clean => Some(s_clean.Select(c => c.ToString()));

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_refused_by_the_gate_that_is_there_for_it(string name)
    {
        var fault = s_faults.Single(f => f.ToString() == name);
        if (fault.Gate == Fault.Start)
        {
            Assert.Matches("^(source|encoding)\\.", Assert.Throws<DbVcException>(() => bench.Judge(fault.Seed, "integration")).Code);
            return;
        }

        var gates = fault.Metadata is { } metadata ? bench.Make(metadata).Gates : bench.Judge(fault.Seed, fault.Gate).Gates;
        Assert.True(gates.Any(g => g.Name == fault.Gate && !g.Passed), name + "\n" + Describe(gates));
    }

    /// <summary>What is said in the table not to be seen is not: once a gate sees it, the table is wrong.</summary>
    [Theory]
    [MemberData(nameof(Unseen))]
    public void A_fault_that_is_said_not_to_be_seen_passes(string name)
    {
        var fault = s_faults.Single(f => f.ToString() == name);
        var gates = bench.Judge(fault.Seed, [.. GateRunner.All.Select(g => g.Name)]).Gates;
        Assert.True(gates.All(g => g.Passed), name + "\n" + Describe(gates));
    }

    [Theory]
    [MemberData(nameof(Clean))]
    public void What_is_right_passes_every_gate_however_odd_it_looks(string name)
    {
        var clean = s_clean.Single(c => c.ToString() == name);
        var gates = clean.Metadata is { } metadata
            ? bench.Make(metadata, clean.Seed).Gates
            : bench.Judge(clean.Seed, [.. GateRunner.All.Select(g => g.Name)]).Gates;
        Assert.True(gates.Count == GateRunner.All.Count && gates.All(g => g.Passed), name + "\n" + Describe(gates));
    }

    [Fact]
    public void The_branch_that_faults_are_put_into_is_good()
    {
        Assert.Equal(TaskState.Ready, bench.Made.State);
        Assert.Equal((305, 14), (bench.Made.Rows!.Loaded, bench.Made.Rows.Rejected));
    }

    [Fact]
    public void There_are_enough_faults_and_nearly_all_are_seen()
    {
        Assert.True(s_faults.Count >= 150, $"{s_faults.Count} faults");
        Assert.True(s_clean.Count >= 100, $"{s_clean.Count} clean cases");
        Assert.True(s_faults.Count(f => f.Missed is null) >= 0.95 * s_faults.Count);
        Assert.Equal(s_faults.Count, s_faults.Select(f => f.ToString()).Distinct().Count());
        Assert.Equal(s_clean.Count, s_clean.Select(c => c.ToString()).Distinct().Count());
    }

    /// <summary>Written with <c>DBVC_APPROVE=1</c>.</summary>
    [Fact]
    public void The_documented_table_is_what_is_tried()
    {
        var path = Path.Combine(Published.Root, "docs", "gates.md");
        var text = File.ReadAllText(path);
        var start = text.IndexOf(TableStart, StringComparison.Ordinal) + TableStart.Length;
        var end = text.IndexOf(TableEnd, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1") File.WriteAllText(path, text[..start] + Table() + text[end..]);
        else Assert.Equal(Table(), text[start..end]);
    }

    private static string Table()
    {
        var table = new StringBuilder("| faults | gate | seeded | refused by it |\n|---|---|--:|--:|\n");
        foreach (var kind in s_faults.GroupBy(f => (f.Kind, f.Gate)))
            table.Append(CultureInfo.InvariantCulture, $"| {kind.Key.Kind} | {kind.Key.Gate} | {kind.Count()} | {kind.Count(f => f.Missed is null)} |\n");
        var seen = s_faults.Count(f => f.Missed is null);
        table.Append(CultureInfo.InvariantCulture, $"| **all** | | **{s_faults.Count}** | **{seen}** ({100.0 * seen / s_faults.Count:0.0} %) |\n\n");
        table.Append("| right, however odd | tried | refused |\n|---|--:|--:|\n");
        foreach (var kind in s_clean.GroupBy(c => c.Kind)) table.Append(CultureInfo.InvariantCulture, $"| {kind.Key} | {kind.Count()} | 0 |\n");
        table.Append(CultureInfo.InvariantCulture, $"| **all** | **{s_clean.Count}** | **0** |\n\nWhat no gate sees:\n\n");
        foreach (var fault in s_faults.Where(f => f.Missed is not null)) table.Append(CultureInfo.InvariantCulture,
            $"- {fault.Name} ({fault.Kind}). {fault.Missed}\n");
        return table.ToString();
    }

    private static TheoryData<string> Some(IEnumerable<string> all) =>
        [.. all.Where((name, number) => s_only is null ? ProofMode.IsLong || number % Every == 0 : name.Contains(s_only, StringComparison.Ordinal))];

    private static string Describe(IReadOnlyList<GateSummary> gates) =>
        string.Join('\n', gates.Select(g => $"{g.Name}: {g.Summary}{string.Concat(g.Findings.Take(3).Select(f => "\n  " + f))}"));
}
