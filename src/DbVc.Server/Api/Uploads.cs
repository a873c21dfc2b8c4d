using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>The files that somebody brought, by <c>folder/name</c>: nothing else of this machine can be named in a request.</summary>
/// <param name="control">The repository's own folder.</param>
/// <param name="owner">Whose files; nobody reaches another one's.</param>
internal sealed partial class Uploads(string control, string owner)
{
    private const int MostFiles = 1000;

    /// <summary>Bytes of all files of somebody.</summary>
    private const long MostOfOne = 16L * 1024 * 1024 * 1024;

    /// <summary>The live database may lie on the same disk: so much of it stays free.</summary>
    private const long LeastFree = 1024L * 1024 * 1024;

    private readonly string _folder = Path.Combine(UploadFolder.Of(control), Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(owner)))[..16]);

    /// <summary>Where they lie.</summary>
    public string Folder => _folder;

    /// <summary>What metadata may name.</summary>
    public FileBound Bound => new(_folder);

    /// <summary>The whole path of a file that is there. Throws kind Refused, <c>access.file</c>; usage failure <c>upload.missing</c>.</summary>
    public string Find(string name)
    {
        var path = Bound.Find(name);
        return File.Exists(path) ? path : throw new DbVcException(FailureKind.Usage, "upload.missing", "No such file was uploaded.", name,
            "PUT /api/v1/files/FOLDER/NAME brings it.");
    }

    /// <summary>Keeps a file whole, in place of one of that name. Throws usage failures <c>upload.name</c>, <c>upload.many</c>; nothing is kept then.</summary>
    /// <param name="name">As <c>orders/orders.csv</c>.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="most">More bytes are not taken.</param>
    /// <param name="cancel">Ends it; nothing is kept.</param>
    public async Task<long> KeepAsync(string name, Stream body, long most, CancellationToken cancel)
    {
        if (!Names().IsMatch(name)) throw new DbVcException(FailureKind.Usage, "upload.name", "A file is called FOLDER/NAME, of letters, digits and ._-", name,
            "As orders/orders-2026.csv.");
        var path = Bound.Find(name);
        if (Directory.Exists(_folder) && !File.Exists(path) && Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Skip(MostFiles - 1).Any())
            throw new DbVcException(FailureKind.Usage, "upload.many",
                $"There are {MostFiles} files already.", name, "DELETE /api/v1/files/FOLDER/NAME removes one.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        most = Math.Min(most, Math.Min(MostOfOne - List().Sum(f => f.Bytes), new DriveInfo(_folder).AvailableFreeSpace - LeastFree));
        // Hidden names cannot be asked for, so half a file is nobody's.
        var part = Path.Combine(_folder, $".{Path.GetRandomFileName()}");
        try
        {
            long size;
            var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write);
            await using (file.ConfigureAwait(false)) size = await CopyAsync(body, file, most, cancel).ConfigureAwait(false);
            File.Move(part, path, overwrite: true);
            return size;
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>The files that are there, by name.</summary>
    public IReadOnlyList<(string Name, long Bytes, DateTimeOffset Time)> List() => !Directory.Exists(_folder) ? [] :
    [
        .. from file in new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories)
           where !file.Name.StartsWith('.')
           orderby file.FullName
           select (Path.GetRelativePath(_folder, file.FullName), file.Length, new DateTimeOffset(file.LastWriteTimeUtc)),
    ];

    /// <summary>Removes what a server left behind that was killed while files came.</summary>
    public static void Sweep(string control)
    {
        if (!Directory.Exists(UploadFolder.Of(control))) return;
        foreach (var part in Directory.EnumerateFiles(UploadFolder.Of(control), ".*", SearchOption.AllDirectories).ToList()) File.Delete(part);
    }

    /// <summary>Removes a file. Throws as <see cref="Find"/> does.</summary>
    public void Remove(string name) => File.Delete(Find(name));

    private static async Task<long> CopyAsync(Stream body, Stream file, long most, CancellationToken cancel)
    {
        var piece = new byte[64 * 1024];
        long size = 0;
        while (await body.ReadAsync(piece, cancel).ConfigureAwait(false) is > 0 and var count)
        {
            size += count;
            if (size > most) throw new BadHttpRequestException($"More than {most} bytes are not taken.", StatusCodes.Status413PayloadTooLarge);
            await file.WriteAsync(piece.AsMemory(0, count), cancel).ConfigureAwait(false);
        }

        return size;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex Names();
}
