using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds the password of an address. What it found is in no message.</summary>
internal sealed class ServerPassword(ServerAddress address, Func<string, string?> environment)
{
    private const int MaxBytes = 64 * 1024;

    public string? Read()
    {
        if (address.TypedPassword is { } typed) return typed;
        if (address.Option("password_env") is { } variable)
        {
            return environment(variable) ?? throw Fail($"The environment variable {variable}, which has the password, is not set", null,
                "Set it, or name a file: ?password_file=PATH");
        }

        if (address.Option("password_file") is { } path) return ReadFile(path).TrimEnd('\r', '\n');
        if (address.Engine != "postgres") return environment("MYSQL_PWD");
        return environment("PGPASSWORD") ?? (environment("PGPASSFILE") is { Length: > 0 } list ? FindIn(ReadFile(list)) : null);
    }

    private static string ReadFile(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            if (Directory.Exists(full)) throw Fail("The file with the password is a folder", path, "Name a plain file with nothing but the password in it.");
            using var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var bytes = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes) throw Fail("The file with the password is too long", path, "Name a plain file with nothing but the password in it.");
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Fail("The file with the password cannot be read", path, "Make it readable for you alone (chmod 600), with nothing but the password in it.");
        }
    }

    /// <summary>A line is <c>host:port:database:user:password</c>; a star stands for anything, a backslash takes what follows as it is.</summary>
    private string? FindIn(string lines)
    {
        string[] wanted =
        [
            address.Host ?? "localhost", (address.Port ?? 5432).ToString(CultureInfo.InvariantCulture),
            address.Database ?? address.User ?? "", address.User ?? "",
        ];
        foreach (var line in lines.Split('\n').Where(l => !l.StartsWith('#')))
        {
            var fields = Split(line.TrimEnd('\r'));
            if (fields.Count == 5 && fields.Zip(wanted).All(f => f.First == "*" || f.First == f.Second)) return fields[4];
        }

        return null;
    }

    private static List<string> Split(string line)
    {
        List<string> fields = [];
        var field = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length) field.Append(line[++i]);
            else if (line[i] == ':' && fields.Count < 4)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(line[i]);
        }

        fields.Add(field.ToString());
        return fields;
    }

    private static DbVcException Fail(string message, string? where, string hint) =>
        new(FailureKind.Usage, "database.password", message + ".", where, hint);
}
