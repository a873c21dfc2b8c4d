namespace DbVc.Databases;

/// <summary>PostgreSQL databases; a location is a URL without password.</summary>
public sealed class PostgresProvider
{
    public string Engine => "postgres";

    /// <summary>How long reading waits for somebody who is just redefining a table.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public PostgresDatabase Open(string location)
    {
        var address = PostgresAddress.Parse(location);
        PostgresConnection.Open(address).Dispose();
        return new PostgresDatabase(address, ReadTimeout);
    }
}
