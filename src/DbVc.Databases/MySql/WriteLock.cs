using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DbVc.Databases;

/// <summary>
/// Lets one of db-vc's writers at a time change a database. Definitions cannot be changed inside a transaction here, so the lock of a row would be
/// lost with the first of them; this one belongs to the session, and a dead process has none.
/// </summary>
internal static class MySqlWriteLock
{
    /// <summary>Throws kind Locked where somebody else has it.</summary>
    public static void Take(MySqlHandle handle, string database, TimeSpan timeout)
    {
        var seconds = timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        if (handle.ReadInteger($"SELECT GET_LOCK('{NameOf(database)}', {seconds})") == 1) return;
        throw MySqlError.Create(MySqlError.LockTimeout, "HY000", "another command of db-vc writes to it", handle.Display);
    }

    /// <summary>Names may not be longer than 64 characters, a database's own may be.</summary>
    public static string NameOf(string database) => "dbvc." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..32];
}
