using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DbVc.TestServers;

/// <summary>Certificates of servers that nobody should trust.</summary>
public static class TestCertificate
{
    /// <summary>One that signs itself, for 127.0.0.1.</summary>
    /// <param name="name">As <c>CN=…</c>.</param>
    /// <param name="from">The day on which it begins to hold.</param>
    /// <param name="until">The day on which it expires, or did.</param>
    public static X509Certificate2 Make(string name, string from, string until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(Day(from), Day(until));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static DateTimeOffset Day(string text) => DateTimeOffset.Parse(text + "Z", CultureInfo.InvariantCulture);
}
