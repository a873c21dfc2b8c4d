namespace DbVc.Tests;

public sealed class MySqlConformanceTests() : DatabaseConformance(new MySqlFixture());
