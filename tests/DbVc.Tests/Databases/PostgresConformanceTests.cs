namespace DbVc.Tests;

public sealed class PostgresConformanceTests() : DatabaseConformance(new PostgresFixture(15));

public sealed class Postgres18ConformanceTests() : DatabaseConformance(new PostgresFixture(18));

/// <summary>The same under a role whose session switches triggers and foreign keys off instead of taking them off the tables.</summary>
public sealed class PostgresGrantedConformanceTests() : DatabaseConformance(new PostgresFixture(15, mayReplicate: true));
