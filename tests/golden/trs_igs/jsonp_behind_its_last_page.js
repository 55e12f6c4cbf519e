





﻿



  
 

result({"num": 7, "nPage": 4, "data": []});
