using DbVc.TestServers;

// Starts one server by hand: DbVc.TestServers KIND [tls]. Prints its folder and the URL of an empty database, and ends with its input.
if (args.Length == 0 || !Enum.TryParse<ServerKind>(args[0], ignoreCase: true, out var kind))
{
    Console.Error.WriteLine($"usage: DbVc.TestServers {string.Join('|', Enum.GetNames<ServerKind>())} [tls]");
    return 2;
}

using var server = DatabaseServer.Start(kind, new ServerOptions(Durable: true, Tls: args.Contains("tls")));
Console.WriteLine(server.FolderPath);
Console.WriteLine(server.CreateDatabase());
while (Console.ReadLine() is not null) continue;
return 0;
