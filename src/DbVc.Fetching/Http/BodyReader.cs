namespace DbVc.Fetching;

/// <summary>Reads an answer's body as far as it may go.</summary>
internal static class BodyReader
{
    /// <summary>All of it, unpacked. Throws <c>fetch.answer-size</c>, and <see cref="PassingFailure"/> for one that was cut off.</summary>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancel)
    {
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            using var body = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int count; (count = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0;)
            {
                if (body.Length + count > most)
                {
                    throw FetchFailure.Refused("fetch.answer-size", $"An answer is larger than {most >> 20} MiB when it is unpacked.",
                        hint: "Ask for fewer records at a time: \"limit\" in \"pagination\".");
                }

                body.Write(buffer, 0, count);
            }

            return body.ToArray();
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or HttpRequestException)
        {
            throw new PassingFailure("fetch.truncated", "The server's answer was cut off, or cannot be unpacked.", inner: failure);
        }
    }
}
