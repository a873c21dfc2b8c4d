using System.Runtime.InteropServices;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace DbVc.SystemTests;

/// <summary>Programs that try to get out, compiled and run as a pipeline is: none may succeed, and each must end in a reason that has a name.</summary>
[Collection(nameof(EscapeCollection))]
[TestCaseOrderer(typeof(AfterwardsLast))]
public sealed class EscapeTests(EscapeHost host) : IClassFixture<EscapeHost>
{
    private const string Part = "Part";
    private const string Representative = "representative";
    private const long Growth = 48L << 20;

    private static readonly IReadOnlyList<EscapeProgram> Programs =
        [.. FilePrograms.All, .. ProcessPrograms.All, .. BombPrograms.All, .. RuntimePrograms.All];

    /// <summary>The first of each kind, and all about descriptors, which depend on who owns the source, can be run alone.</summary>
    public static IEnumerable<TheoryDataRow<string>> Names => Programs.Select(program =>
    {
        var isRepresentative = program.Kind == EscapeKind.Descriptors || Programs.First(p => p.Kind == program.Kind) == program;
        var row = new TheoryDataRow<string>($"{program.Kind}: {program.Name}");
        return isRepresentative ? row.WithTrait(Part, Representative) : row;
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void A_program_does_not_get_out(string name)
    {
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The programs know the system calls of x64.");
        var program = Programs.Single(p => $"{p.Kind}: {p.Name}" == name);
        var failure = host.Run(program);
        var said = $"{failure.Code}: {failure.Message} [{failure.Where}] {failure.Hint}";
        Assert.DoesNotContain("ESCAPED", said, StringComparison.Ordinal);
        Assert.True(program.Codes.Split('|').Contains(failure.Code), said);
        Assert.True(program.Says.Split('|').Any(text => failure.Message.Contains(text, StringComparison.Ordinal)), said);
        Assert.DoesNotContain(said, letter => char.IsControl(letter) || char.GetUnicodeCategory(letter) == System.Globalization.UnicodeCategory.Format);
    }

    [Fact]
    public void Every_kind_of_attack_is_tried_by_at_least_sixty_programs()
    {
        Assert.True(Programs.Count >= 80, $"{Programs.Count} programs");
        Assert.Equal(Programs.Count, Programs.Select(p => (p.Kind, p.Name)).Distinct().Count());
        Assert.Equal(Programs.Count, Programs.Select(p => (p.Body, p.Members)).Distinct().Count());
        Assert.Empty(Enum.GetValues<EscapeKind>().Except(Programs.Select(p => p.Kind)));
    }

    [Fact]
    public void Afterwards_the_host_is_what_it_was()
    {
        host.RequireUntouched();
        host.RunHonest();
        SpinWait.SpinUntil(() => EscapeHost.FindWorkers().Count == 0, TimeSpan.FromSeconds(20));
        Assert.Empty(EscapeHost.FindWorkers());
        var grown = EscapeHost.MeasureMemory() - host.Memory;
        Assert.True(grown < Growth, $"{grown >> 20} MiB more than before, after {host.Ran.Count} programs");
    }

    [Fact]
    public void An_ordinary_user_is_as_safe()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This run is an ordinary user's already.");
        var (exitCode, output) = OrdinaryUser.RunTests("--filter-trait", $"{Part}={Representative}");
        Assert.True(exitCode == 0, output);
        Assert.Contains($"succeeded: {Names.Count(row => row.Traits?.ContainsKey(Part) == true)}", output, StringComparison.Ordinal);
    }
}

/// <summary>Alone, because it looks at the memory and the children of its process.</summary>
[CollectionDefinition(nameof(EscapeCollection), DisableParallelization = true)]
public sealed class EscapeCollection;

/// <summary>Runs what looks back on the others after them.</summary>
public sealed class AfterwardsLast : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(test => test.TestMethodName?.StartsWith("Afterwards", StringComparison.Ordinal) == true)];
}
