namespace DbVc.Tests;

public sealed class SqliteConformanceTests() : DatabaseConformance(new SqliteFixture());

public sealed class SqliteWalConformanceTests() : DatabaseConformance(new SqliteFixture("wal"));
