using System.Text;
using DbVc.Databases;

namespace DbVc.Live;

/// <summary>Passwords that were typed into an address: each in a file of the control folder that its owner alone may read, and nowhere else.</summary>
public static class SecretFiles
{
    public const string LivePassword = "live-password";
    public const string BranchesPassword = "branches-password";

    private const string Option = "password_file";

    /// <summary>The address as it may be stored: a typed password is moved to a file, which the address then names in full. Anything else stays as it was
    /// typed, variables included.</summary>
    public static string Strip(RepositoryLayout layout, string location, string name)
    {
        if (DatabaseEngines.FileOf(location) is not null) return location;
        var address = ServerAddress.Parse(location);
        if (address.TypedPassword is not { } password) return location;
        var file = Path.Combine(layout.Control, name);
        Write(file, password);
        return address.WithOption("password_env", null).WithOption(Option, file).ToString();
    }

    /// <summary>The same for an address that is kept in the control folder.</summary>
    public static string StripForConfig(RepositoryLayout layout, string location, string name)
    {
        var stripped = Strip(layout, location, name);
        return stripped == location ? location : Shorten(ServerAddress.Parse(stripped), layout.Control).ToString();
    }

    /// <summary>The address with a password file of the control folder named by its name alone, so that it goes along when the repository is moved.</summary>
    public static ServerAddress Shorten(ServerAddress address, string control) =>
        address.Option(Option) is { } file && Path.GetDirectoryName(file) == control ? address.WithOption(Option, Path.GetFileName(file)) : address;

    private static void Write(string path, string password)
    {
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.UTF8.GetBytes(password));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}
