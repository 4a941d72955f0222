using LeadSync.CrmSimulator;

// Stands in for Salesforce on a loopback port: see README.md.
var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var defaults = new SimulatorOptions();
var options = new SimulatorOptions
{
    Url = configuration["urls"] ?? configuration["ASPNETCORE_URLS"] ?? "http://127.0.0.1:8090",
    DataFolder = configuration["Simulator:DataFolder"],
    ClientId = configuration["Simulator:ClientId"] ?? defaults.ClientId,
    ClientSecret = configuration["Simulator:ClientSecret"] ?? defaults.ClientSecret,
    CallbackUrls = (configuration["Simulator:CallbackUrls"] ?? "").Split(
        ' ',
        StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
    ),
};

try
{
    await using var simulator = await Simulator.StartAsync(options);
    Console.WriteLine($"The CRM simulator listens on {simulator.Address}");
    await simulator.WaitAsync();
    return 0;
}
catch (Exception e) when (e is SettingException or IOException or UnauthorizedAccessException or InvalidDataException)
{
    await Console.Error.WriteLineAsync($"Starting the CRM simulator: {e.Message}");
    return 1;
}
