using DbVc.Server;
using Microsoft.Extensions.Hosting;

if (args.Length < 1)
{
    Console.Error.WriteLine("usage: DbVc.Server FOLDER [PORT]");
    return 2;
}

var port = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
await using var api = ReadOnlyApi.Create(Path.GetFullPath(args[0]), port);
await api.StartAsync();
Console.WriteLine(api.Urls.Single());
await api.WaitForShutdownAsync();
return 0;
