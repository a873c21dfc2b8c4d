using DbVc.Databases;
using Xunit;

namespace DbVc.Tests;

public sealed class ConformanceCoverageTests
{
    public static TheoryData<Type, string> Suites => new()
    {
        { typeof(DatabaseConformance), "ConformanceTests" },
        { typeof(TrackingConformance), "TrackingTests" },
    };

    [Theory]
    [MemberData(nameof(Suites))]
    public void Every_engine_runs_each_conformance_suite(Type suite, string name)
    {
        var engines = typeof(IDatabaseProvider).Assembly.GetTypes().Where(t => t.IsClass && !t.IsAbstract && t.IsAssignableTo(typeof(IDatabaseProvider)));
        var runs = suite.Assembly.GetTypes().Where(t => t.IsClass && !t.IsAbstract && t.IsAssignableTo(suite)).Select(t => t.Name).ToHashSet();
        Assert.NotEmpty(engines);
        Assert.All(engines, e => Assert.Contains(e.Name.Replace("Provider", name, StringComparison.Ordinal), runs));
    }
}
