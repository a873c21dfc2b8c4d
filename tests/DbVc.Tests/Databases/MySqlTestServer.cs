using DbVc.Databases;
using DbVc.TestServers;

namespace DbVc.Tests;

/// <summary>Addresses of the test servers, as the binding takes them.</summary>
internal static class MySqlTestServer
{
    public static DatabaseServer Shared => DatabaseServer.Shared(ServerKind.MariaDb);

    /// <summary>A new, empty database on the shared server.</summary>
    public static MySqlAddress NewDatabase() => AddressOf(Shared.CreateDatabase());

    public static MySqlHandle OpenNewDatabase(MySqlSession? session = null) => MySqlHandle.Open(NewDatabase(), session);

    public static MySqlAddress AddressOf(string url)
    {
        var uri = new Uri(url);
        var login = uri.UserInfo.Split(':');
        return new MySqlAddress
        {
            Host = uri.Host,
            Port = uri.Port,
            User = login[0],
            Password = login[1],
            Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            Tls = MySqlTls.Disabled,
        };
    }
}
