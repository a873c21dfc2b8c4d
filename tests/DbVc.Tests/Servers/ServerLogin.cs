using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace DbVc.Tests;

/// <summary>Logs in over TCP with what a URL says and runs one statement, by means that are not db-vc's.</summary>
internal static class ServerLogin
{
    /// <summary>The one value that the statement gives; throws if the server lets nobody in or refuses the statement.</summary>
    public static string Ask(string url, string sql, string? password = null, bool tls = true)
    {
        var address = new Uri(url);
        var user = address.UserInfo.Split(':');
        var database = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/'));
        var authority = tls && address.Query.Length > 0 ? address.Query[(address.Query.LastIndexOf('=') + 1)..] : null;
        return address.Scheme == "postgres"
            ? AskPostgres(address, (user[0], password ?? user[1], database, authority), sql)
            : AskMariaDb(address, (user[0], password ?? user[1], database, authority), sql);
    }

    private static string AskPostgres(Uri address, (string User, string Password, string Database, string? Authority) login, string sql)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = address.Host,
            Port = address.Port,
            Username = login.User,
            Password = login.Password,
            Database = login.Database,
            Pooling = false,
            SslMode = login.Authority is null ? SslMode.Disable : SslMode.VerifyFull,
            RootCertificate = login.Authority,
        };
        using var connection = new NpgsqlConnection(builder.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    private static string AskMariaDb(Uri address, (string User, string Password, string Database, string? Authority) login, string sql)
    {
        string[] tls = login.Authority is null ? ["--skip-ssl"] : [$"--ssl-ca={login.Authority}", "--ssl-verify-server-cert"];
        var start = new ProcessStartInfo("mariadb",
        [
            "--no-defaults", "--protocol=TCP", $"--host={address.Host}", string.Create(CultureInfo.InvariantCulture, $"--port={address.Port}"),
            $"--user={login.User}", $"--database={login.Database}", "--batch", "--skip-column-names", .. tls, "-e", sql,
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MYSQL_PWD"] = login.Password;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException(error.Result);
    }
}
