using DbVc.Databases;
using Xunit;

namespace DbVc.Tests;

public sealed class ConformanceCoverageTests
{
    [Fact]
    public void Every_engine_runs_the_conformance_suite()
    {
        var engines = typeof(IDatabaseProvider).Assembly.GetTypes().Where(t => t.IsClass && !t.IsAbstract && t.IsAssignableTo(typeof(IDatabaseProvider)));
        var suites = typeof(DatabaseConformance).Assembly.GetTypes()
            .Where(t => t.IsClass && !t.IsAbstract && t.IsAssignableTo(typeof(DatabaseConformance))).Select(t => t.Name).ToHashSet();
        Assert.NotEmpty(engines);
        Assert.All(engines, e => Assert.Contains(e.Name.Replace("Provider", "ConformanceTests", StringComparison.Ordinal), suites));
    }
}
