using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Under row level security a question is answered with what the role may see, and a capture, which would be one in part, is refused.</summary>
public sealed class PostgresRowSecurityTests : IDisposable
{
    private readonly PostgresFixture _fixture = new(15);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_query_shows_the_rows_that_the_role_may_see_and_a_capture_is_refused()
    {
        using var database = _fixture.NewDatabase(
            """
            CREATE TABLE notes (id int PRIMARY KEY, owner text); INSERT INTO notes VALUES (1, 'me'), (2, 'you'), (3, 'me');
            ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
            CREATE POLICY mine ON notes USING (owner = 'me');
            """, out _);
        using (var seen = database.Query("SELECT id FROM notes ORDER BY id", QueryLimits.Default))
        {
            Assert.Equal([1, 3], seen.Rows.Select(r => r[0].AsInteger));
        }

        using var read = database.BeginRead();
        var failure = Assert.Throws<DbVcException>(() =>
        {
            using var rows = read.ReadRows(read.ReadSchema().Tables[0]);
            while (rows.Read())
            {
            }
        });
        Assert.Contains("row-level security", failure.Message, StringComparison.Ordinal);
    }
}
